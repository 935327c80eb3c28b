/** Owns asking CloudTrail for the public keys of a Region. Any account may: the keys are the Region's. */
import { SpillwayError, messageOf } from "../errors.ts";
import type { AssumedRole } from "./access.ts";
import { prepareSdk } from "./sdk-environment.ts";
import { makeRequestHandler } from "./agents.ts";
import { credentialsFor } from "./connection.ts";
import { credentialProblem, isDenied } from "./explain.ts";
import { defaultRetry, isUnreachable, withRetry } from "./retry.ts";

export interface KeyAccess {
  readonly profile?: string | undefined;
  readonly roles?: readonly AssumedRole[] | undefined;
  /** Another endpoint than AWS's (and than `AWS_ENDPOINT_URL_CLOUDTRAIL` says). */
  readonly endpoint?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ListedKey {
  readonly value: string;
  readonly fingerprint: string;
  readonly validFrom: number;
  readonly validTo: number;
}

const idleMs = 30_000;

/**
 * Keys whose digests may be of this time, epoch milliseconds.
 * @throws SpillwayError `source-denied`, `credentials`, `source-unreachable`
 */
export async function listPublicKeys(
  region: string,
  from: number,
  to: number,
  options: KeyAccess,
): Promise<readonly ListedKey[]> {
  const { profile, roles = [], endpoint, signal } = options;
  const access = { region, profile: profile ?? null, roles, sessionName: "spillway" };
  prepareSdk();
  const [sdk, requestHandler, credentials] = await Promise.all([
    import("@aws-sdk/client-cloudtrail"),
    makeRequestHandler(idleMs),
    credentialsFor(access, false),
  ]);
  const client = new sdk.CloudTrailClient({
    region,
    credentials,
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: 1,
    requestHandler,
  });
  const keys: ListedKey[] = [];
  try {
    let token: string | undefined;
    do {
      const command = new sdk.ListPublicKeysCommand({
        StartTime: new Date(from),
        EndTime: new Date(to),
        ...(token === undefined ? {} : { NextToken: token }),
      });
      const answer = await withRetry(
        defaultRetry,
        () => client.send(command, signal === undefined ? {} : { abortSignal: signal }),
        signal,
      );
      for (const { Value, Fingerprint, ValidityStartTime, ValidityEndTime } of answer.PublicKeyList ?? []) {
        if (Value === undefined || Fingerprint === undefined) continue;
        keys.push({
          value: Buffer.from(Value).toString("base64"),
          fingerprint: Fingerprint,
          validFrom: ValidityStartTime?.getTime() ?? Number.NEGATIVE_INFINITY,
          validTo: ValidityEndTime?.getTime() ?? Number.POSITIVE_INFINITY,
        });
      }
      // "Reserved for future use"; one that repeats would be asked for ever.
      token = answer.NextToken === token ? undefined : answer.NextToken;
    } while (token !== undefined);
    return keys;
  } catch (thrown) {
    throw explained(thrown, region, options);
  } finally {
    client.destroy();
  }
}

function explained(thrown: unknown, region: string, { profile, roles = [], endpoint }: KeyAccess): unknown {
  if (thrown instanceof SpillwayError || !(thrown instanceof Error) || thrown.name === "AbortError") return thrown;
  const saved = "or name saved keys with --public-keys FILE; any AWS account can fetch them";
  const credentials = credentialProblem(thrown, { access: { profile: profile ?? null, roles } });
  if (credentials !== undefined) {
    return new SpillwayError("credentials", credentials.message, {
      next: `${credentials.next ?? ""} ${capital(saved)}.`.trim(),
      cause: thrown,
    });
  }
  if (isDenied(thrown)) {
    const message = `access denied to the public keys of CloudTrail in ${region}: ${thrown.message}`;
    const next = `Allow cloudtrail:ListPublicKeys on *, ${saved}.`;
    return new SpillwayError("source-denied", message, { next, cause: thrown });
  }
  const where = endpoint ?? `CloudTrail in ${region}`;
  const what = isUnreachable(thrown) ? `cannot reach ${where}` : `${where} does not give its public keys`;
  return new SpillwayError("source-unreachable", `${what}: ${messageOf(thrown) || thrown.name}`, {
    next: `Check the network and the endpoint, ${saved}.`,
    cause: thrown,
  });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
