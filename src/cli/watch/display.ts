/** One write of an event; of one that the watcher may not see only the scope is told. */
export interface Write {
  readonly scope: string;
  readonly hidden?: true;
  readonly op?: string;
  readonly key?: string;
  readonly value?: unknown;
}

export interface RoomEvent {
  readonly seq: number;
  readonly kind: string;
  /** ISO 8601. */
  readonly ts: string;
  readonly agent: string | null;
  readonly ok: boolean;
  readonly action?: string;
  readonly code?: string;
  readonly writes: readonly Write[];
}

export interface View {
  readonly id: string;
  readonly value?: unknown;
  readonly absent?: true;
}

export interface Agent {
  readonly status: string;
  readonly waiting_on: string | null;
}

/** What a watcher is shown when it connects. */
export interface Room {
  readonly views: Readonly<Record<string, unknown>>;
  readonly agents: Readonly<Record<string, Agent>>;
}

/** Where a room is shown. */
export interface Display {
  /** The room as it is: whatever was shown of views and agents before is out of date. */
  room(room: Room): void;
  event(event: RoomEvent): void;
  view(view: View): void;
  presence(agent: Agent & { readonly agent: string }): void;
  connection(text: string): void;
}
