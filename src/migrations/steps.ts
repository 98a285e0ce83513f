/**
 * The schema of a room, as an append-only list of steps: a step that a deployed room may have run is never edited, and
 * a change of the schema is a new step at the end. A test holds the digest of each.
 */
export const STEPS: readonly string[] = [
  `
  CREATE TABLE state (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    revision INTEGER NOT NULL,
    hash TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    enabled TEXT,
    PRIMARY KEY (scope, key)
  );

  CREATE TABLE log (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    ts TEXT NOT NULL,
    agent TEXT,
    payload TEXT NOT NULL,
    chain TEXT NOT NULL
  );

  CREATE TABLE log_index (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (scope, key, seq)
  ) WITHOUT ROWID;

  CREATE TABLE counters (
    scope TEXT PRIMARY KEY,
    highest INTEGER NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    agent TEXT,
    label TEXT,
    created_at TEXT NOT NULL,
    expires_at TEXT,
    revoked_at TEXT
  ) WITHOUT ROWID;

  CREATE TABLE answers (
    identity TEXT NOT NULL,
    action TEXT NOT NULL,
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    seq INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (identity, action, key)
  ) WITHOUT ROWID;
  CREATE INDEX answers_by_expiry ON answers (expires_at);

  CREATE TABLE presence (
    agent TEXT PRIMARY KEY,
    last_heartbeat INTEGER NOT NULL,
    cursor INTEGER NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE action_usage (
    action TEXT PRIMARY KEY,
    invocations INTEGER NOT NULL,
    last_invoked_by TEXT,
    last_invoked_at TEXT NOT NULL
  ) WITHOUT ROWID;
  `,
  `
  ALTER TABLE state ADD COLUMN timer TEXT;
  ALTER TABLE state ADD COLUMN cooldown TEXT;
  CREATE INDEX timed ON state (scope, key) WHERE timer IS NOT NULL OR cooldown IS NOT NULL;

  CREATE TABLE clocks (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (scope, key)
  ) WITHOUT ROWID;
  `,
  `
  ALTER TABLE log_index ADD COLUMN wrote INTEGER NOT NULL DEFAULT 1;

  CREATE TABLE samples (
    view TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (view, seq)
  ) WITHOUT ROWID;

  CREATE TABLE base (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    revision INTEGER NOT NULL,
    hash TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    enabled TEXT,
    timer TEXT,
    cooldown TEXT,
    PRIMARY KEY (scope, key)
  );

  CREATE TABLE checkpoint (
    seq INTEGER NOT NULL,
    ts TEXT NOT NULL,
    chain TEXT NOT NULL
  );

  CREATE TABLE import_mark (
    creation TEXT NOT NULL
  );
  `,
  `
  ALTER TABLE state ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE state ADD COLUMN writer TEXT;
  ALTER TABLE state ADD COLUMN via TEXT;
  ALTER TABLE state ADD COLUMN writers TEXT;
  ALTER TABLE state ADD COLUMN velocity REAL NOT NULL DEFAULT 0;

  ALTER TABLE base ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE base ADD COLUMN writer TEXT;
  ALTER TABLE base ADD COLUMN via TEXT;
  ALTER TABLE base ADD COLUMN writers TEXT;
  ALTER TABLE base ADD COLUMN velocity REAL NOT NULL DEFAULT 0;

  UPDATE state SET velocity = 1, seq = coalesce(
    (SELECT max(seq) FROM log_index WHERE scope = state.scope AND key = state.key AND wrote), 0);
  UPDATE state SET
    writer = (SELECT agent FROM log WHERE log.seq = state.seq),
    via = (SELECT json_extract(payload, '$.action') FROM log WHERE log.seq = state.seq);

  ALTER TABLE action_usage ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
  UPDATE action_usage SET seq = coalesce((SELECT max(seq) FROM log), 0);

  ALTER TABLE presence ADD COLUMN read_seq INTEGER NOT NULL DEFAULT 0;

  CREATE INDEX messages_by_number ON state (CAST(key AS INTEGER)) WHERE scope = '_messages';
  `,
];
