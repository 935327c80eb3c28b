/** The words for what S3 refused: those of every service, and what only a bucket can refuse. */
import { SpillwayError } from "../../errors.ts";
import type { S3Access } from "../access.ts";
import { refusal } from "../refusals.ts";
import { statusOf } from "../retry.ts";

export interface S3Attempt {
  readonly action: "list" | "get" | "put";
  readonly access: S3Access;
  /** The prefix that was listed, or the key that was fetched or written. */
  readonly path: string;
}

/** The error for the person at the terminal; what is a SpillwayError already stays as it is. */
export function explainS3(thrown: unknown, attempt: S3Attempt): unknown {
  if (thrown instanceof SpillwayError || !(thrown instanceof Error) || thrown.name === "AbortError") return thrown;
  const { access } = attempt;
  return (
    bucketProblem(thrown, attempt) ??
    refusal(thrown, {
      service: "S3",
      access,
      what: addressOf(attempt),
      permission: permissionOf(thrown, attempt.action),
      allow: (permission) => howToAllow(permission, attempt),
      codes: { denied: "source-denied", unreachable: "source-unreachable" },
      checkNetwork:
        "Check the network, the proxy and the endpoint; in a VPC, S3 needs a gateway endpoint or a route out.",
      tryAgain: "Run the same command again later: what is committed is not fetched again.",
    }) ??
    otherRefusal(thrown, attempt) ??
    thrown
  );
}

function addressOf({ access, path }: S3Attempt): string {
  return `s3://${access.bucket}/${path}`;
}

function permissionOf(thrown: Error, action: S3Attempt["action"]): string {
  if (/kms/i.test(`${thrown.name} ${thrown.message}`)) return action === "put" ? "kms:GenerateDataKey" : "kms:Decrypt";
  return { list: "s3:ListBucket", get: "s3:GetObject", put: "s3:PutObject" }[action];
}

function howToAllow(permission: string, attempt: S3Attempt): string {
  const { access } = attempt;
  const hints = [
    `Allow ${permission} ${resourceOf(permission, attempt)} for this caller, in its identity policy${
      permission === "kms:Decrypt" ? " and in the key policy" : " and, across accounts, in the bucket policy"
    }.`,
    access.expectedBucketOwner === null
      ? ""
      : `The bucket must belong to the account ${access.expectedBucketOwner}, as was demanded.`,
    access.requesterPays ? "" : "If the requester pays for the bucket, say so with --s3-requester-pays.",
    permission === "s3:ListBucket" && attempt.path === ""
      ? "If only one prefix is allowed, name it: s3://BUCKET/PREFIX."
      : "",
  ];
  return hints.filter((hint) => hint !== "").join(" ");
}

/** The bucket's ARN; an access point is named by one already. */
function arnOf(bucket: string): string {
  return bucket.startsWith("arn:") ? bucket : `arn:aws:s3:::${bucket}`;
}

function resourceOf(permission: string, { access, path }: S3Attempt): string {
  if (permission === "s3:ListBucket") return `on ${arnOf(access.bucket)}${path === "" ? "" : ` (s3:prefix ${path}*)`}`;
  if (permission === "s3:GetObject" || permission === "s3:PutObject")
    return `on ${arnOf(access.bucket)}${access.bucket.startsWith("arn:") ? "/object" : ""}/*`;
  return permission.startsWith("kms:") ? "on the key that the trail encrypts with" : "";
}

function bucketProblem(thrown: Error, { access }: S3Attempt): SpillwayError | undefined {
  const at = access.endpoint === null ? "" : ` at ${access.endpoint}`;
  if (thrown.name === "NoSuchBucket" || (thrown.name === "NotFound" && statusOf(thrown) === 404)) {
    return new SpillwayError("source-not-found", `there is no bucket ${access.bucket}${at}`, {
      next: "Check its name with: aws s3 ls; the trail names its bucket in: aws cloudtrail describe-trails",
      cause: thrown,
    });
  }
  if (["PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed"].includes(thrown.name)) {
    return new SpillwayError(
      "source-not-found",
      `the bucket ${access.bucket} is in another Region, and S3 does not say in which`,
      {
        next: "Name it with --s3-region; it stands in: aws s3api get-bucket-location --bucket BUCKET",
        cause: thrown,
      },
    );
  }
  if (thrown.name === "InvalidBucketName") {
    return new SpillwayError("usage", `${access.bucket} is not the name of a bucket`, {
      next: "Write s3://BUCKET/PREFIX.",
      cause: thrown,
    });
  }
  return undefined;
}

/** The words for any other answer, since other stores have their own. The reader of an object (get) explains failures itself. */
function otherRefusal(thrown: Error, attempt: S3Attempt): SpillwayError | undefined {
  const status = statusOf(thrown);
  if (status === undefined || attempt.action === "get") return undefined;
  const where = attempt.access.endpoint ?? `S3 in ${attempt.access.region}`;
  return new SpillwayError(
    "source-denied",
    `${where} refused to ${attempt.action} ${addressOf(attempt)} (${status} ${thrown.name}): ${thrown.message}`,
    { next: "Check the address and the endpoint, and try the same with: aws s3api list-objects-v2", cause: thrown },
  );
}
