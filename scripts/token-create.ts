import { signCreateToken, signingKeys } from "../src/auth/tokens.ts";
import { devVars } from "./dev-vars.ts";

/** Prints a token that creates rooms, signed with AUTH_SECRET from the environment or the local settings. */
const keys = signingKeys(process.env.AUTH_SECRET ?? devVars().AUTH_SECRET, undefined);
if (keys === null) {
  console.error("Set AUTH_SECRET to the key of the deployment.");
  process.exit(1);
}
console.log(await signCreateToken(keys));
