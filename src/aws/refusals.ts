/** The words for what AWS or the network refused, one table for every service: what happened, and what to do next. */
import { type ErrorCode, SpillwayError, messageOf, systemCode } from "../errors.ts";
import type { ServiceAccess } from "./access.ts";
import { isExpired } from "./call.ts";
import { isUnreachable, statusOf } from "./retry.ts";

/** A refused call, with the words that differ from service to service. */
export interface RefusedCall {
  /** The service's name in messages: `S3`. */
  readonly service: string;
  readonly access: Pick<ServiceAccess, "region" | "endpoint" | "profile" | "roles">;
  /** What the caller wanted to reach: `the event history of eu-west-1`. */
  readonly what: string;
  /** The permission in IAM's spelling, for refusals that do not name it. */
  readonly permission: string;
  /** How to allow it. */
  readonly allow: (permission: string) => string;
  readonly codes: { readonly denied: ErrorCode; readonly unreachable: ErrorCode };
  /** What to check when the service cannot be reached. */
  readonly checkNetwork: string;
  /** What to do when it keeps failing. */
  readonly tryAgain: string;
  /** What to do when it keeps throttling. */
  readonly throttled?: string;
  /** Whether the service is regional: a Region that is not enabled rejects all credentials. */
  readonly isRegional?: boolean;
}

interface Refusal {
  readonly when: (thrown: Error, call: RefusedCall) => boolean;
  readonly code: "credentials" | "denied" | "unreachable";
  readonly message: (thrown: Error, call: RefusedCall) => string;
  readonly next: (thrown: Error, call: RefusedCall) => string;
}

const where = ({ service, access }: RefusedCall): string =>
  access.endpoint ?? `${service} in ${access.region === "" ? "the Region of the profile" : access.region}`;
const said = (thrown: Error): string => messageOf(thrown).trim() || thrown.name;
const named =
  (...names: readonly string[]) =>
  (thrown: Error): boolean =>
    names.includes(thrown.name);

const refusals: readonly Refusal[] = [
  {
    // "Signature expired: 20260914T... is now earlier than ..." and its counterpart for a clock that is ahead
    when: ({ name, message }) =>
      name === "RequestTimeTooSkewed" || /signature (?:expired|not yet current)|clock skew/i.test(`${name} ${message}`),
    code: "credentials",
    message: (thrown) => `the clock of this machine is too wrong for AWS to accept its signatures: ${said(thrown)}`,
    next: () => "Set the clock, for example through NTP.",
  },
  {
    // AWS answers this as it answers unknown credentials
    when: (thrown, { isRegional }) =>
      isRegional === true && named("UnrecognizedClientException", "InvalidClientTokenId", "OptInRequired")(thrown),
    code: "credentials",
    message: ({ name }, { access }) =>
      `${access.region} does not accept the AWS credentials (${name}): the Region is not enabled in this account, or the credentials are wrong`,
    next: (_, { access: { region, profile } }) => {
      const as = profile === null ? "" : ` --profile ${profile}`;
      return `See which: aws account get-region-opt-status --region-name ${region}${as}; aws sts get-caller-identity${as}`;
    },
  },
  {
    when: (thrown) =>
      isExpired(thrown) || /(?:token|session|credentials?).{0,40}(?:expired|is invalid)/i.test(thrown.message),
    code: "credentials",
    message: (thrown) => `the AWS credentials have expired: ${said(thrown)}`,
    next: (_, call) =>
      `Log in again, for example: ${loginOf(call)}; then run the same command: what is committed is not read again.`,
  },
  {
    when: (thrown) => /assumerole/i.test(thrown.message) && isDenied(thrown),
    code: "credentials",
    message: (thrown, { access }) =>
      `not allowed to assume the role ${access.roles.map(({ arn }) => arn).join(", then ")}: ${said(thrown)}`,
    next: () =>
      "The caller needs sts:AssumeRole on it, and the role's trust policy must name the caller (and the same external id, if it asks for one).",
  },
  {
    when: named("CredentialsProviderError", "TokenProviderError"),
    code: "credentials",
    message: (thrown, call) => {
      const profile = profileOf(call);
      const missing =
        profile === undefined ? "no AWS credentials were found" : `no AWS credentials from the profile ${profile}`;
      return `${missing}: ${said(thrown)}`;
    },
    next: () =>
      "Set AWS_PROFILE or AWS_ACCESS_KEY_ID, log in, or run where a role is attached; check with: aws sts get-caller-identity",
  },
  {
    when: named(
      "IncompleteSignature",
      "InvalidAccessKeyId",
      "InvalidClientTokenId",
      "InvalidSignatureException",
      "InvalidToken",
      "SignatureDoesNotMatch",
      "UnrecognizedClientException",
      // versitygw's word for an unknown access key
      "XAdminUserNotFound",
    ),
    code: "credentials",
    message: (thrown) => `the AWS credentials are not accepted (${thrown.name}): ${said(thrown)}`,
    next: () =>
      "Check them with: aws sts get-caller-identity. For an S3-compatible store they must be the store's own.",
  },
  {
    when: isDenied,
    code: "denied",
    message: (thrown, call) =>
      `access denied to ${call.what}: ${missingPermission(thrown, call)} is missing (${said(thrown)})`,
    next: (thrown, call) => call.allow(missingPermission(thrown, call)),
  },
  {
    when: isUnreachable,
    code: "unreachable",
    message: (thrown, call) => `cannot reach ${where(call)}: ${said(thrown)}`,
    next: (_, call) => call.checkNetwork,
  },
  {
    when: isTlsFailure,
    code: "unreachable",
    message: (thrown, call) => `no TLS connection to ${where(call)}: ${said(thrown)}`,
    next: () =>
      "Check that the endpoint is https and its certificate; an authority of your own goes into NODE_EXTRA_CA_CERTS.",
  },
  {
    when: ({ name }) => /^Throttl|^TooManyRequests/.test(name),
    code: "unreachable",
    message: (thrown, call) => `${where(call)} keeps throttling: ${said(thrown)}`,
    next: (_, call) => call.throttled ?? call.tryAgain,
  },
  {
    when: (thrown) => thrown.name === "TimeoutError" || (statusOf(thrown) ?? 0) >= 500,
    code: "unreachable",
    message: (thrown, call) => `${where(call)} keeps failing: ${thrown.name}: ${thrown.message}`,
    next: (_, call) => call.tryAgain,
  },
];

/** The error for the person at the terminal; undefined for what is not in the table. */
export function refusal(thrown: Error, call: RefusedCall): SpillwayError | undefined {
  const found = refusals.find(({ when }) => when(thrown, call));
  if (found === undefined) return undefined;
  const code = found.code === "credentials" ? found.code : call.codes[found.code];
  return new SpillwayError(code, found.message(thrown, call), { next: found.next(thrown, call), cause: thrown });
}

/** The same for credentials alone; undefined if they are not the problem. */
export function credentialProblem(
  thrown: Error,
  access: RefusedCall["access"],
  isRegional = false,
): SpillwayError | undefined {
  const found = refusal(thrown, {
    service: "AWS",
    access,
    what: "AWS",
    permission: "",
    allow: () => "",
    codes: { denied: "source-denied", unreachable: "source-unreachable" },
    checkNetwork: "",
    tryAgain: "",
    isRegional,
  });
  return found?.code === "credentials" ? found : undefined;
}

/** Whether a permission was missing (and not bad credentials or an archived object). */
export function isDenied(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  if (/^(?:AccessDenied|AccessDeniedException|AllAccessDisabled|KMS\..*)$/.test(thrown.name)) return true;
  return (
    statusOf(thrown) === 403 && (thrown.name === "403" || thrown.name === "Forbidden" || thrown.name === "UnknownError")
  );
}

/** The permission in "User: ARN is not authorized to perform: ACTION on resource: ARN because ...", else the call's own. */
function missingPermission({ message }: Error, { permission }: RefusedCall): string {
  return /not authorized to perform: ([a-z0-9-]+:[A-Za-z]+)/.exec(message)?.[1] ?? permission;
}

function isTlsFailure(thrown: unknown): boolean {
  const code = systemCode(thrown) ?? "";
  return code === "EPROTO" || /CERT|SSL|TLS|UNABLE_TO_VERIFY/.test(code);
}

function profileOf({ access }: RefusedCall): string | undefined {
  return access.profile ?? process.env["AWS_PROFILE"];
}

function loginOf(call: RefusedCall): string {
  const profile = profileOf(call);
  return profile === undefined ? "aws login (or aws sso login)" : `aws sso login --profile ${profile}`;
}
