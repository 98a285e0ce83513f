/** How many histories a proof tries, from which seed. */
export interface Proof {
  readonly runs: number;
  readonly seed: number;
}

/** What the tests are given from outside of them. */
declare module "vitest" {
  export interface ProvidedContext {
    /** What `scripts/proof.ts` was asked for, or null in an ordinary run of the tests. */
    readonly proof: Proof | null;
    /** How many times as long as usual a test may take: more than once where coverage is counted. */
    readonly patience: number;
    /** The URL of a server that runs as long as the tests of the project "doors". */
    readonly server: string;
  }
}
