declare module "*.md" {
  const text: string;
  export default text;
}

/** The one thing that the room object uses of the runtime's Node compatibility: a synchronous digest. */
declare module "node:crypto" {
  export function hash(algorithm: "sha256", text: string, encoding: "hex"): string;
}
