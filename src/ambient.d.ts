declare module "*.md" {
  const text: string;
  export default text;
}

/** The one thing that the room object uses of the runtime's Node compatibility: a synchronous digest. */
declare module "node:crypto" {
  interface Hash {
    update(text: string): Hash;
    digest(encoding: "hex"): string;
  }
  export function createHash(algorithm: "sha256"): Hash;
}
