import { DurableObject } from "cloudflare:workers";

/**
 * The yardstick: a Durable Object that makes a room's three SQL statements for each write and nothing else. No token is
 * verified, nothing is checked, hashed or evaluated; the values of those columns are constants of the same length.
 */
export class BareObject extends DurableObject {
  #seq = 0;
  #bytes = "";
  #held = [];
  #watchers = [];

  constructor(state, env) {
    super(state, env);
    this.sql = state.storage.sql;
    this.sql.exec(SCHEMA);
    this.#seq = this.sql.exec("SELECT coalesce(max(seq), 0) AS seq FROM log").one().seq;
  }

  /** Keys `0.0` and so on, named as the room's are. */
  fill(blocks, perBlock, events) {
    this.ctx.storage.transactionSync(() => {
      for (let block = 0; block < blocks; block++)
        for (let item = 0; item < perBlock; item++) this.#write(`k${block}.${item}`, '"start"');
      for (let event = 0; event < events; event++)
        this.#write(
          `k${(event * 7919) % blocks}.${(event * 31) % perBlock}`,
          `"a value of some length, ${event}"`,
        );
    });
  }

  write({ params: { key, value } }) {
    const text = JSON.stringify(value);
    this.ctx.storage.transactionSync(() => this.#write(key, text));
    const body = answer(key, value, this.#seq);
    for (const release of this.#held.splice(0)) release(body);
    return body;
  }

  /** As {@link write}, all in one transaction. */
  writeMany({ invocations }) {
    const results = [];
    this.ctx.storage.transactionSync(() => {
      for (const { params } of invocations) {
        this.#write(params.key, JSON.stringify(params.value));
        results.push({ status: 200, body: JSON.parse(answer(params.key, params.value, this.#seq)) });
      }
    });
    return JSON.stringify({ results, seq: this.#seq });
  }

  /** Answers when the next write has been made. */
  hold() {
    return new Promise((resolve) => this.#held.push(resolve));
  }

  /** Takes a socket that is told of what {@link tell} writes. */
  fetch() {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    this.#watchers.push(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** Two statements, and one text to every socket. */
  tell({ params: { key, value } }) {
    const text = JSON.stringify(value);
    const now = new Date().toISOString();
    let frame = "";
    this.ctx.storage.transactionSync(() => {
      this.#seq += 1;
      this.sql.exec(UPSERT, "_shared", key, text, this.#seq, HASH, now, null);
      frame = event(key, text, this.#seq, now);
      this.sql.exec(LOG, this.#seq, "invoke", now, "agent-1", frame, CHAIN);
    });
    for (const socket of this.#watchers) socket.send(frame);
    return answer(key, value, this.#seq);
  }

  /** A frame is a write. */
  webSocketMessage(socket, frame) {
    socket.send(this.write(JSON.parse(frame)));
  }

  webSocketClose(socket) {
    this.#watchers = this.#watchers.filter((other) => other !== socket);
  }

  keep(bytes) {
    this.#bytes = bytes;
  }

  read() {
    return this.#bytes;
  }

  #write(key, text) {
    const now = new Date().toISOString();
    this.#seq += 1;
    this.sql.exec(UPSERT, "_shared", key, text, this.#seq, HASH, now, null);
    const payload = `{"ok":true,"action":"put","params":{"key":"${key}","value":${text}},"writes":[{"op":"set","scope":"_shared","key":"${key}","value":${text},"revision":${this.#seq},"hash":"${HASH}"}]}`;
    this.sql.exec(LOG, this.#seq, "invoke", now, "agent-1", payload, CHAIN);
    this.sql.exec(INDEX, "_shared", key, this.#seq);
  }
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS state (scope TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, revision INTEGER NOT NULL,
    hash TEXT NOT NULL, updated_at TEXT NOT NULL, enabled TEXT, PRIMARY KEY (scope, key));
  CREATE TABLE IF NOT EXISTS log (seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, ts TEXT NOT NULL, agent TEXT,
    payload TEXT NOT NULL, chain TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS log_index (scope TEXT NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (scope, key, seq)) WITHOUT ROWID;`;
const UPSERT = `INSERT INTO state (scope, key, value, revision, hash, updated_at, enabled) VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (scope, key) DO UPDATE SET value = excluded.value, revision = excluded.revision,
    hash = excluded.hash, updated_at = excluded.updated_at, enabled = excluded.enabled`;
const LOG = "INSERT INTO log (seq, kind, ts, agent, payload, chain) VALUES (?, ?, ?, ?, ?, ?)";
const INDEX = "INSERT OR IGNORE INTO log_index (scope, key, seq) VALUES (?, ?, ?)";
const HASH = "0123456789abcdef";
const CHAIN = HASH.repeat(4);

/** Of the length of a room's answer. */
function answer(key, value, seq) {
  return JSON.stringify({
    invoked: true,
    action: "put",
    agent: "agent-1",
    params: { key, value },
    writes: [{ scope: "_shared", key, value, revision: seq, hash: HASH }],
    seq,
  });
}

/** Of the length of the frame that a room sends. */
function event(key, text, seq, now) {
  return `{"type":"event","seq":${seq},"kind":"invoke","ts":"${now}","agent":"agent-1","ok":true,"action":"put","writes":[{"op":"set","scope":"_shared","key":"${key}","value":${text},"revision":${seq},"hash":"${HASH}"}]}`;
}

export default {
  async fetch(request, env) {
    const [, object, call] = new URL(request.url).pathname.split("/");
    const stub = env.BARE.get(env.BARE.idFromName(object));
    if (call === "watch") return await stub.fetch(request);
    return new Response(await answerTo(stub, call, request), {
      headers: { "Content-Type": "application/json; charset=utf-8" },
    });
  },
};

async function answerTo(stub, call, request) {
  switch (call) {
    case "write":
      return await stub.write(await request.json());
    case "read":
      return await stub.read();
    case "writeMany":
      return await stub.writeMany(await request.json());
    case "tell":
      return await stub.tell(await request.json());
    case "hold":
      return await stub.hold();
    case "keep":
      return (await stub.keep(await request.text())) ?? "";
    default: {
      const { blocks, perBlock, events } = await request.json();
      return (await stub.fill(blocks, perBlock, events)) ?? "";
    }
  }
}
