/** What the object of a room is told of the sockets that it has accepted. */
export interface SocketOwner {
  message(socket: WebSocket, data: string): void;
  close(socket: WebSocket): void;
}

/** One end of a pair. What comes before it is accepted is kept until then. */
class SocketEnd extends EventTarget {
  peer: SocketEnd | null = null;
  owner: SocketOwner | null = null;
  readyState: number = WebSocket.OPEN;
  #accepted = false;
  #kept: (() => void)[] = [];
  #attachment: unknown = null;

  accept(): void {
    this.#accepted = true;
    for (const deliver of this.#kept.splice(0)) queueMicrotask(deliver);
  }

  send(data: string): void {
    this.peer?.take((end) => {
      if (end.owner) end.owner.message(end as unknown as WebSocket, data);
      else end.dispatchEvent(new MessageEvent("message", { data }));
    });
  }

  close(code = 1000, reason = ""): void {
    if (this.readyState !== WebSocket.OPEN) return;
    this.readyState = WebSocket.CLOSED;
    this.peer?.take((end) => {
      if (end.owner) end.owner.close(end as unknown as WebSocket);
      else end.dispatchEvent(Object.assign(new Event("close"), { code, reason }));
    });
  }

  serializeAttachment(attachment: unknown): void {
    this.#attachment = structuredClone(attachment);
  }

  deserializeAttachment(): unknown {
    return structuredClone(this.#attachment);
  }

  take(tell: (end: SocketEnd) => void): void {
    const deliver = () => tell(this);
    if (this.#accepted) queueMicrotask(deliver);
    else this.#kept.push(deliver);
  }
}

/** Has `owner` told of what comes to `socket`. */
export function acceptFor(socket: WebSocket, owner: SocketOwner): void {
  const end = socket as unknown as SocketEnd;
  end.owner = owner;
  end.accept();
}

class SocketPair {
  readonly 0 = new SocketEnd();
  readonly 1 = new SocketEnd();

  constructor() {
    this[0].peer = this[1];
    this[1].peer = this[0];
  }
}

const NodeResponse = globalThis.Response;

/** Node's own has no way to answer with a socket. */
class SocketResponse extends NodeResponse {
  readonly webSocket: WebSocket | null;

  constructor(body?: BodyInit | null, init: ResponseInit = {}) {
    const switches = init.status === 101;
    super(body, switches ? { ...init, status: 200 } : init);
    this.webSocket = init.webSocket ?? null;
    if (switches) Object.defineProperty(this, "status", { value: 101 });
  }

  static [Symbol.hasInstance](value: unknown): boolean {
    return NodeResponse[Symbol.hasInstance].call(NodeResponse, value);
  }
}

Object.assign(globalThis, {
  Response: SocketResponse,
  WebSocketPair: SocketPair,
  WebSocketRequestResponsePair: class {},
});
