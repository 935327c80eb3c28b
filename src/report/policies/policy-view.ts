/** The policies as reports use them: the documents of a bundle, and the keys that the user states. */
import type { Bundle } from "../../policy/bundle.ts";
import type { GivenKeys } from "../../policy/keys.ts";
import { readBundle } from "./bundle-file.ts";
import { type KeyFlags, keysOf } from "./given-keys.ts";

export interface PolicyView {
  readonly bundle: Bundle;
  readonly given: GivenKeys;
}

export async function readPolicyView(file: string, keys: KeyFlags): Promise<PolicyView> {
  const given = keysOf(keys);
  return { bundle: await readBundle(file), given };
}
