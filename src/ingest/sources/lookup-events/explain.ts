/** Owns the words for what CloudTrail, STS or the network refused to a reader of the event history. */
import { SpillwayError, messageOf } from "../../../errors.ts";
import { credentialProblem, isDenied } from "../../../aws/explain.ts";
import { isUnreachable, statusOf } from "../../../aws/retry.ts";
import type { LookupAccess } from "./access.ts";

/** The error for the person at the terminal; what is none of AWS's stays as it is. */
export function explainLookup(thrown: unknown, access: LookupAccess): unknown {
  if (thrown instanceof SpillwayError || !(thrown instanceof Error)) return thrown;
  if (thrown.name === "AbortError" || thrown.name === "TokenRefused") return thrown;
  return (
    clockProblem(thrown) ??
    regionProblem(thrown, access) ??
    credentialProblem(thrown, { access }) ??
    (isDenied(thrown) ? denied(thrown, access) : undefined) ??
    networkProblem(thrown, access) ??
    thrown
  );
}

/** "Signature expired: 20260914T... is now earlier than ..." and its counterpart for a clock that is ahead. */
function clockProblem(thrown: Error): SpillwayError | undefined {
  const isClock =
    thrown.name === "RequestTimeTooSkewed" ||
    /signature (?:expired|not yet current)|clock skew/i.test(`${thrown.name} ${thrown.message}`);
  if (!isClock) return undefined;
  return new SpillwayError(
    "credentials",
    `the clock of this machine is too wrong for AWS to accept its signatures: ${thrown.message}`,
    { next: "Set the clock, for example through NTP.", cause: thrown },
  );
}

/** A Region that is not enabled knows nobody: AWS answers as to credentials that do not exist. */
function regionProblem(thrown: Error, { region, profile }: LookupAccess): SpillwayError | undefined {
  if (!["UnrecognizedClientException", "InvalidClientTokenId", "OptInRequired"].includes(thrown.name)) return undefined;
  const as = profile === null ? "" : ` --profile ${profile}`;
  return new SpillwayError(
    "credentials",
    `${region} does not accept the AWS credentials (${thrown.name}): the Region is not enabled in this account, or the credentials are wrong`,
    {
      next: `See which: aws account get-region-opt-status --region-name ${region}${as}; aws sts get-caller-identity${as}`,
      cause: thrown,
    },
  );
}

function denied(thrown: Error, { region, roles }: LookupAccess): SpillwayError {
  const role = roles.at(-1)?.arn;
  const permission = /not authorized to perform: ([a-z0-9-]+:[A-Za-z]+)/.exec(thrown.message)?.[1];
  const missing = permission ?? "cloudtrail:LookupEvents";
  return new SpillwayError(
    "source-denied",
    `access denied to the event history of ${region}: ${missing} is missing (${thrown.message})`,
    {
      next: `Allow ${missing} on * for ${role === undefined ? "this caller" : `the role ${role}`}; a service control policy may forbid it for the Region.`,
      cause: thrown,
    },
  );
}

function networkProblem(thrown: Error, { region, endpoint }: LookupAccess): SpillwayError | undefined {
  const where = endpoint ?? `CloudTrail in ${region}`;
  if (isUnreachable(thrown)) {
    return new SpillwayError("source-unreachable", `cannot reach ${where}: ${messageOf(thrown) || thrown.name}`, {
      next: "Check the network, the proxy and the endpoint; in a VPC, CloudTrail needs an interface endpoint or a route out.",
      cause: thrown,
    });
  }
  if (/^Throttl|^TooManyRequests/.test(thrown.name)) {
    return new SpillwayError("source-unreachable", `${where} keeps throttling: ${thrown.message}`, {
      next: "Somebody else uses the two calls a second of this account and Region; run the same command again later: it goes on from here.",
      cause: thrown,
    });
  }
  const status = statusOf(thrown);
  if (thrown.name !== "TimeoutError" && status === undefined) return undefined;
  const does = status !== undefined && status < 500 ? "refuses the request" : "keeps failing";
  return new SpillwayError("source-unreachable", `${where} ${does}: ${thrown.name}: ${thrown.message}`, {
    next: "Run the same command again later: it goes on from here.",
    cause: thrown,
  });
}
