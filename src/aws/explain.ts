/** Owns the words for what S3, STS or the network refused: which permission is missing and what to do. */
import { SpillwayError, messageOf, systemCode } from "../errors.ts";
import type { S3Access } from "./access.ts";
import { isExpired } from "./refresh.ts";
import { isUnreachable, statusOf } from "./retry.ts";

export interface S3Attempt {
  readonly action: "list" | "get" | "put";
  readonly access: S3Access;
  /** The prefix that was listed, or the key that was fetched or written. */
  readonly path: string;
}

/** The error for the person at the terminal; what is a SpillwayError already stays as it is. */
export function explainS3(thrown: unknown, attempt: S3Attempt): unknown {
  if (thrown instanceof SpillwayError || !(thrown instanceof Error) || thrown.name === "AbortError") return thrown;
  return (
    credentialProblem(thrown, attempt) ??
    (isDenied(thrown) ? denied(thrown, attempt) : undefined) ??
    bucketProblem(thrown, attempt) ??
    networkProblem(thrown, attempt) ??
    otherRefusal(thrown, attempt) ??
    thrown
  );
}

/** Refused for want of a permission (not for bad credentials, nor for an archived object). */
export function isDenied(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  if (/^(?:AccessDenied|AccessDeniedException|AllAccessDisabled|KMS\..*)$/.test(thrown.name)) return true;
  return (
    statusOf(thrown) === 403 && (thrown.name === "403" || thrown.name === "Forbidden" || thrown.name === "UnknownError")
  );
}

function addressOf({ access, path }: S3Attempt): string {
  return `s3://${access.bucket}/${path}`;
}

/** Undefined if the credentials are not the problem. */
export function credentialProblem(
  thrown: Error,
  { access }: { readonly access: Pick<S3Access, "profile" | "roles"> },
): SpillwayError | undefined {
  const fail = (message: string, next: string): SpillwayError =>
    new SpillwayError("credentials", message, { next, cause: thrown });
  const profile = access.profile ?? process.env["AWS_PROFILE"];
  const login = profile === undefined ? "aws login (or aws sso login)" : `aws sso login --profile ${profile}`;
  if (isExpired(thrown) || /(?:token|session|credentials?).{0,40}(?:expired|is invalid)/i.test(thrown.message)) {
    return fail(
      `the AWS credentials have expired: ${thrown.message}`,
      `Log in again, for example: ${login}; then run the same command: what is committed is not fetched again.`,
    );
  }
  if (/assumerole/i.test(thrown.message) && isDenied(thrown)) {
    const roles = access.roles.map(({ arn }) => arn).join(", then ");
    return fail(
      `not allowed to assume the role ${roles}: ${thrown.message}`,
      "The caller needs sts:AssumeRole on it, and the role's trust policy must name the caller (and the same external id, if it asks for one).",
    );
  }
  if (thrown.name === "CredentialsProviderError" || thrown.name === "TokenProviderError") {
    return fail(
      profile === undefined
        ? `no AWS credentials were found: ${thrown.message}`
        : `no AWS credentials from the profile ${profile}: ${thrown.message}`,
      "Set AWS_PROFILE or AWS_ACCESS_KEY_ID, log in, or run where a role is attached; check with: aws sts get-caller-identity",
    );
  }
  if (thrown.name === "RequestTimeTooSkewed") {
    return fail(
      "the clock of this machine is too wrong for AWS to accept its signatures",
      "Set the clock, for example through NTP.",
    );
  }
  if (
    [
      "InvalidAccessKeyId",
      "SignatureDoesNotMatch",
      "InvalidToken",
      "InvalidClientTokenId",
      "UnrecognizedClientException",
      // versitygw's word for an unknown access key
      "XAdminUserNotFound",
    ].includes(thrown.name)
  ) {
    return fail(
      `the AWS credentials are not accepted (${thrown.name}): ${thrown.message}`,
      "Check them with: aws sts get-caller-identity. For an S3-compatible store they must be the store's own.",
    );
  }
  return undefined;
}

/** "User: ARN is not authorized to perform: ACTION on resource: ARN because ..." where the service says it. */
function denied(thrown: Error, attempt: S3Attempt): SpillwayError {
  const permission = missingPermission(thrown, attempt.action);
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
  return new SpillwayError(
    "source-denied",
    `access denied to ${addressOf(attempt)}: ${permission} is missing (${thrown.message})`,
    {
      next: hints.filter((hint) => hint !== "").join(" "),
      cause: thrown,
    },
  );
}

function missingPermission(thrown: Error, action: S3Attempt["action"]): string {
  const named = /not authorized to perform: ([a-z0-9-]+:[A-Za-z]+)/.exec(thrown.message)?.[1];
  if (named !== undefined) return named;
  if (/kms/i.test(`${thrown.name} ${thrown.message}`)) return action === "put" ? "kms:GenerateDataKey" : "kms:Decrypt";
  return { list: "s3:ListBucket", get: "s3:GetObject", put: "s3:PutObject" }[action];
}

/** An access point has an ARN already. */
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
    return new SpillwayError("usage", `${access.bucket} is no name of a bucket`, {
      next: "Write s3://BUCKET/PREFIX.",
      cause: thrown,
    });
  }
  return undefined;
}

function networkProblem(thrown: Error, attempt: S3Attempt): SpillwayError | undefined {
  const where = attempt.access.endpoint ?? `S3 in ${attempt.access.region}`;
  if (isUnreachable(thrown)) {
    return new SpillwayError("source-unreachable", `cannot reach ${where}: ${messageOf(thrown) || thrown.name}`, {
      next: "Check the network, the proxy and the endpoint; in a VPC, S3 needs a gateway endpoint or a route out.",
      cause: thrown,
    });
  }
  if (isTlsFailure(thrown)) {
    return new SpillwayError("source-unreachable", `no TLS connection to ${where}: ${messageOf(thrown).trim()}`, {
      next: "Check that the endpoint is https and its certificate; an authority of your own goes into NODE_EXTRA_CA_CERTS.",
      cause: thrown,
    });
  }
  const status = statusOf(thrown);
  if (thrown.name === "TimeoutError" || (status !== undefined && status >= 500)) {
    return new SpillwayError("source-unreachable", `${where} keeps failing: ${thrown.name}: ${thrown.message}`, {
      next: "Run the same command again later: what is committed is not fetched again.",
      cause: thrown,
    });
  }
  return undefined;
}

function isTlsFailure(thrown: unknown): boolean {
  const code = systemCode(thrown) ?? "";
  return code === "EPROTO" || /CERT|SSL|TLS|UNABLE_TO_VERIFY/.test(code);
}

/** Whatever else was answered, as stores of another make have words of their own. About one object (get) its reader has the words. */
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
