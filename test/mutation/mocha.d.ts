/** Of mocha, what stands in for the tests' usual runner. */
declare module "mocha" {
  type Hook = (work: () => unknown) => void;
  export const it: (title: string, work: () => unknown) => unknown;
  export const describe: (title: string, work: () => unknown) => unknown;
  export const before: Hook;
  export const after: Hook;
  export const beforeEach: Hook;
  export const afterEach: Hook;
}
