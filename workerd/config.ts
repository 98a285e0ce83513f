import { readdirSync } from "node:fs";

/** What workerd is told of one worker. */
export interface Worker {
  /** Holds its modules. */
  readonly folder: string;
  readonly className: string;
  readonly binding: string;
  readonly flags: readonly string[];
  readonly compatibilityDate: string;
  /** Text bindings. */
  readonly vars: Readonly<Record<string, string>>;
}

/** The name under which a worker's objects are stored. */
export const NAMESPACE = "rooms";

/** workerd's configuration: the worker behind a port of this machine, its objects in files of the folder `storage`. */
export function configText(worker: Worker, port: number, storage: string): string {
  const { className, binding, flags, vars } = worker;
  const text = (value: string) => JSON.stringify(value);
  const bindings = Object.entries(vars).map(
    ([name, value]) => `(name = ${text(name)}, text = ${text(value)})`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "disk", disk = (path = ${text(storage)}, writable = true)),
    (name = "main", worker = .worker),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [${modules(worker.folder).join(", ")}],
  compatibilityDate = ${text(worker.compatibilityDate)},
  compatibilityFlags = [${flags.map(text).join(", ")}],
  durableObjectNamespaces = [
    # Idle between the rounds of a benchmark, an object would be evicted, and the next would measure how it is loaded.
    (className = ${text(className)}, uniqueKey = ${text(NAMESPACE)}, enableSql = true, preventEviction = true),
  ],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [${[`(name = ${text(binding)}, durableObjectNamespace = ${text(className)})`, ...bindings].join(", ")}],
);
`;
}

/** The entry first, then the texts that the bundle imports. */
function modules(folder: string): string[] {
  const texts = readdirSync(folder).filter((name) => /\.(md|txt)$/.test(name) && name !== "README.md");
  return [
    '(name = "worker.js", esModule = embed "worker.js")',
    ...texts.map((name) => `(name = "${name}", text = embed "${name}")`),
  ];
}
