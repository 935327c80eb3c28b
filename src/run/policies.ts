/** The policy documents that the config names. */
import type { PoliciesConfig } from "../config/config.ts";
import { SpillwayError } from "../errors.ts";
import type { PolicyView } from "../report/policies/policy-view.ts";

/** @throws SpillwayError `config` for a file that is not a bundle */
export async function readPolicies(policies: PoliciesConfig | undefined): Promise<PolicyView | undefined> {
  if (policies === undefined) return undefined;
  const { bundle, context = {}, absent } = policies;
  const keys = Object.entries(context).flatMap(([key, values]) => values.map((value) => `${key}=${value}`));
  const { readPolicyView } = await import("../report/policies/policy-view.ts");
  try {
    return await readPolicyView(bundle, { context: keys, absent });
  } catch (error) {
    if (!(error instanceof SpillwayError)) throw error;
    throw new SpillwayError("config", `policies: ${error.message}`, {
      ...(error.next === undefined ? {} : { next: error.next }),
      cause: error,
    });
  }
}
