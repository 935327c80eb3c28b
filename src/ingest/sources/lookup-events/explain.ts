/** The words for what CloudTrail, STS or the network refused to a reader of the event history. */
import { SpillwayError } from "../../../errors.ts";
import type { ServiceAccess } from "../../../aws/access.ts";
import { refusal } from "../../../aws/refusals.ts";
import { statusOf } from "../../../aws/retry.ts";

/** The error for the person at the terminal; one that does not come from AWS stays as it is. */
export function explainLookup(thrown: unknown, access: ServiceAccess): unknown {
  if (thrown instanceof SpillwayError || !(thrown instanceof Error)) return thrown;
  if (thrown.name === "AbortError" || thrown.name === "TokenRefused") return thrown;
  const { region, endpoint, roles } = access;
  const role = roles.at(-1)?.arn;
  const tryAgain = "Run the same command again later: it goes on from here.";
  const known = refusal(thrown, {
    service: "CloudTrail",
    access,
    what: `the event history of ${region}`,
    permission: "cloudtrail:LookupEvents",
    allow: (permission) =>
      `Allow ${permission} on * for ${role === undefined ? "this caller" : `the role ${role}`}; a service control policy may forbid it for the Region.`,
    codes: { denied: "source-denied", unreachable: "source-unreachable" },
    checkNetwork:
      "Check the network, the proxy and the endpoint; in a VPC, CloudTrail needs an interface endpoint or a route out.",
    tryAgain,
    throttled:
      "Somebody else uses the two calls a second of this account and Region; run the same command again later: it goes on from here.",
    isRegional: true,
  });
  if (known !== undefined) return known;
  if (statusOf(thrown) === undefined) return thrown;
  const where = endpoint ?? `CloudTrail in ${region}`;
  return new SpillwayError("source-unreachable", `${where} refuses the request: ${thrown.name}: ${thrown.message}`, {
    next: tryAgain,
    cause: thrown,
  });
}
