/** Finding the bucket: its Region, and whether this caller gets an answer at all. */
import { type S3Access, bucketParams } from "../access.ts";
import { connect, profileRegion } from "../connection.ts";
import { explainS3 } from "./explain.ts";
import { callService } from "../call.ts";

/** Sends one small request and follows the bucket to its Region. It is the first request, so it meets what does not work. */
export async function locateBucket(access: S3Access, prefix: string, signal?: AbortSignal): Promise<LocatedBucket> {
  let located = access.region === "" ? { ...access, region: await profileRegion(access) } : access;
  for (let hops = 0; ; hops++) {
    try {
      const asked = located;
      await callService(
        "s3",
        asked,
        ({ sdk, client }, options) =>
          client.send(new sdk.ListObjectsV2Command({ ...bucketParams(asked), Prefix: prefix, MaxKeys: 1 }), options),
        signal,
      );
      const { client } = await connect("s3", located);
      return { access: located, clockOffsetMs: client.config.systemClockOffset };
    } catch (thrown) {
      const region = hops < 2 ? (regionOf(thrown) ?? (await askRegion(thrown, located))) : undefined;
      if (region === undefined || region === located.region) {
        throw explainS3(thrown, { action: "list", access: located, path: prefix });
      }
      located = { ...located, region };
    }
  }
}

export interface LocatedBucket {
  readonly access: S3Access;
  /** How far this machine's clock is behind the store's; 0 when they agree within minutes. */
  readonly clockOffsetMs: number;
}

/** The bucket's Region: from a header of the redirect, or from the error when the signature named another Region. */
export function regionOf(thrown: unknown): string | undefined {
  if (typeof thrown !== "object" || thrown === null || !isElsewhere(thrown)) return undefined;
  if ("Region" in thrown && typeof thrown.Region === "string" && thrown.Region !== "") return thrown.Region;
  const response = "$response" in thrown ? thrown.$response : undefined;
  if (typeof response !== "object" || response === null || !("headers" in response)) return undefined;
  const { headers } = response;
  if (typeof headers !== "object" || headers === null || !("x-amz-bucket-region" in headers)) return undefined;
  const region = headers["x-amz-bucket-region"];
  return typeof region === "string" ? region : undefined;
}

function isElsewhere(thrown: object): boolean {
  const name = "name" in thrown ? thrown.name : undefined;
  return (
    name === "PermanentRedirect" ||
    name === "TemporaryRedirect" ||
    name === "AuthorizationHeaderMalformed" ||
    name === "IllegalLocationConstraintException" ||
    name === "301"
  );
}

/** The Region by GetBucketLocation, for stores that redirect without naming it. */
async function askRegion(thrown: unknown, access: S3Access): Promise<string | undefined> {
  if (typeof thrown !== "object" || thrown === null || !isElsewhere(thrown)) return undefined;
  try {
    const { sdk, client } = await connect("s3", access);
    const { Bucket, ExpectedBucketOwner } = bucketParams(access);
    const answer = await client.send(
      new sdk.GetBucketLocationCommand({
        Bucket,
        ...(ExpectedBucketOwner === undefined ? {} : { ExpectedBucketOwner }),
      }),
    );
    // "Buckets in Region us-east-1 have a LocationConstraint of null"; EU is the old name of eu-west-1.
    const constraint = answer.LocationConstraint ?? "us-east-1";
    return constraint === "EU" ? "eu-west-1" : constraint;
  } catch {
    // The first failure explains more.
    return undefined;
  }
}
