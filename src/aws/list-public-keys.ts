/** The public keys of a Region, asked of CloudTrail. Any account may ask: the keys belong to the Region. */
import { SpillwayError, messageOf } from "../errors.ts";
import type { AssumedRole, ServiceAccess } from "./access.ts";
import { callService } from "./call.ts";
import { disconnect } from "./connection.ts";
import { serviceAccess } from "./options.ts";
import { refusal } from "./refusals.ts";

export interface KeyAccess {
  readonly profile?: string | undefined;
  readonly roles?: readonly AssumedRole[] | undefined;
  /** An endpoint other than AWS's (and other than `AWS_ENDPOINT_URL_CLOUDTRAIL`). */
  readonly endpoint?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ListedKey {
  readonly value: string;
  readonly fingerprint: string;
  readonly validFrom: number;
  readonly validTo: number;
}

/**
 * Keys that may have signed digests of this time, epoch milliseconds.
 * @throws SpillwayError `source-denied`, `credentials`, `source-unreachable`
 */
export async function listPublicKeys(
  region: string,
  from: number,
  to: number,
  options: KeyAccess,
): Promise<readonly ListedKey[]> {
  const access = serviceAccess({ ...options, region }, {});
  const keys: ListedKey[] = [];
  try {
    let token: string | undefined;
    do {
      const asked = token;
      const answer = await callService(
        "cloudtrail",
        access,
        ({ sdk, client }, sending) =>
          client.send(
            new sdk.ListPublicKeysCommand({
              StartTime: new Date(from),
              EndTime: new Date(to),
              ...(asked === undefined ? {} : { NextToken: asked }),
            }),
            sending,
          ),
        options.signal,
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
      // AWS: "Reserved for future use". A token that repeats would never end.
      token = answer.NextToken === token ? undefined : answer.NextToken;
    } while (token !== undefined);
    return keys;
  } catch (thrown) {
    throw explained(thrown, access);
  } finally {
    await disconnect("cloudtrail", access);
  }
}

/** The refusal with a second remedy: the keys can be fetched with any account. */
function explained(thrown: unknown, access: ServiceAccess): unknown {
  if (thrown instanceof SpillwayError || !(thrown instanceof Error) || thrown.name === "AbortError") return thrown;
  const { region } = access;
  const where = access.endpoint ?? `CloudTrail in ${region}`;
  const known = refusal(thrown, {
    service: "CloudTrail",
    access,
    what: `the public keys of CloudTrail in ${region}`,
    permission: "cloudtrail:ListPublicKeys",
    allow: (permission) => `Allow ${permission} on *.`,
    codes: { denied: "source-denied", unreachable: "source-unreachable" },
    checkNetwork: "Check the network, the proxy and the endpoint.",
    tryAgain: "Run the same command again later.",
  });
  const saved = "Or name saved keys with --public-keys FILE; any AWS account can fetch them.";
  return new SpillwayError(
    known?.code ?? "source-unreachable",
    known?.message ?? `${where} does not give its public keys: ${messageOf(thrown) || thrown.name}`,
    { next: known?.next === undefined ? saved : `${known.next} ${saved}`, cause: thrown },
  );
}
