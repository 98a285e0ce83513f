/** What the fields of requests mean, by the names of their schemas: each is described. */
export const FIELDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  CreateRoom: {
    id: "The room's id; without it the room is given one.",
    meta: "Whatever the room is about; shown by GET /rooms/{room}.",
    join: "Whether a new agent needs a token to join.",
    import: "A dump of the original system, to be taken in at once.",
    template: "The template that the room begins with: see GET /templates.",
  },
  UpdateRoom: {
    meta: "Takes the place of the room's `meta`.",
    join: "Whether a new agent needs a token to join.",
    config: "Settings; null clears one.",
  },
  Join: {
    id: "The agent's id, neither `self` nor `admin`.",
    agent: "The caller's own id, where it says so: it follows from the token.",
    name: "For people.",
    role: "For people.",
    meta: "Whatever others should know of the agent.",
    state: "Entries of the agent's private scope.",
    public_keys: "Keys of `state` that everyone may see, each as the view `id.key`.",
    views: "Views to register: a list of definitions, or by id an expression or a definition.",
  },
  UpdateAgent: {
    name: "For people.",
    role: "For people.",
    meta: "Takes the place of the agent's `meta`.",
    grants: "Private scopes that it may read and write beside its own. Only the room token gives them.",
  },
  Invoke: {
    params: "The action's parameters.",
    agent: "With a room token: the joined agent to act as.",
    idempotency_key: "As the header Idempotency-Key, which goes before it.",
    dry_run: "Tells what would be written, or why it is refused, and changes nothing.",
    if_action_hash: "Refuses (409 version_conflict) where the action's definition is another by now.",
  },
  InvokeMany: {
    invocations: "What to invoke, in this order.",
    atomic: "All or none.",
    agent: "With a room token: the joined agent to act as.",
  },
  Evaluate: {
    expr: "A CEL expression.",
    agent: "With a room token: the joined agent whose eyes to use.",
    seq: "Asks the room as it was after this event; by default as it is.",
  },
  Fork: {
    id: "The new room's id; without it the room is given one.",
    at: "The seq of the event after which the new room begins; by default the last.",
  },
  MintToken: {
    kind: "What the token lets its holder do.",
    agent: "The agent that a token of kind `agent` is for: required for one.",
    label: "To tell it from others in the list.",
    expires_in: "Seconds.",
  },
  Migrate: {
    to: "The next phase, or the one before.",
    force: "Takes the step in spite of differences.",
  },
};
