/** The stable identity behind a call, its name, account and session (R5). */
import { type JsonObject, nonEmpty, objectOrNull } from "./json.ts";
import { memoize } from "./memo.ts";

interface IdentityArn {
  readonly account: string | null;
  /** The ARN; for a session, the role's ARN rebuilt without the lost path. */
  readonly principal: string;
  readonly session: string | null;
  readonly bedrockKeyUser: boolean;
}

const noIdentity: JsonObject = {};
const bedrockKeyPrefix = "BedrockAPIKey-";

const parseArn = memoize((arn: string): IdentityArn => {
  const [scheme, partition, , , account, ...rest] = arn.split(":");
  if (scheme !== "arn" || rest.length === 0)
    return { account: null, principal: arn, session: null, bedrockKeyUser: false };
  const resource = rest.join(":");
  const [kind, name, ...tail] = resource.split("/");
  const isSession = kind === "assumed-role" && name !== undefined && name !== "";
  return {
    account: nonEmpty(account),
    principal: isSession ? `arn:${partition ?? ""}:iam::${account ?? ""}:role/${name}` : arn,
    session: isSession ? nonEmpty(tail.join("/")) : null,
    bedrockKeyUser: kind === "user" && lastSegment(resource).startsWith(bedrockKeyPrefix),
  };
});

export interface Caller {
  readonly accountId: string | null;
  readonly principal: string | null;
  readonly principalType: string | null;
  readonly principalName: string | null;
  readonly sessionName: string | null;
  readonly invokedBy: string | null;
  readonly onBehalfOf: string | null;
  readonly sourceIdentity: string | null;
  /** Whether the user exists only to hold a Bedrock API key. */
  readonly bedrockKeyUser: boolean;
}

export function readCaller(userIdentity: unknown, recipientAccountId: unknown): Caller {
  const identity = objectOrNull(userIdentity) ?? noIdentity;
  const sessionContext = objectOrNull(identity.sessionContext);
  const arnText = nonEmpty(identity.arn);
  const arn = arnText === null ? null : parseArn(arnText);
  const ownAccount = nonEmpty(identity.accountId) ?? arn?.account ?? null;
  const type = typeof identity.type === "string" ? (identity.type === "Role" ? "AssumedRole" : identity.type) : null;
  const invokedBy = typeof identity.invokedBy === "string" ? identity.invokedBy : null;
  const onBehalfOf = nonEmpty(objectOrNull(identity.onBehalfOf)?.userId);
  const own = ownIdentity(type, ownAccount, invokedBy, onBehalfOf, sessionContext);
  const principal = own ?? arn?.principal ?? principalWithoutSession(nonEmpty(identity.principalId), type);
  const userName = nonEmpty(identity.userName);
  const sourceIdentity = sessionContext?.sourceIdentity;
  return {
    accountId: ownAccount ?? nonEmpty(recipientAccountId),
    principal,
    principalType: type,
    principalName: principal === null ? null : lastSegment(principal),
    sessionName: arn === null ? null : arn.session,
    invokedBy,
    onBehalfOf,
    sourceIdentity: typeof sourceIdentity === "string" ? sourceIdentity : null,
    bedrockKeyUser:
      (userName !== null && userName.startsWith(bedrockKeyPrefix)) || (arn !== null && arn.bedrockKeyUser),
  };
}

/** The stable part of an identity by its type; null where it is missing or is the ARN. */
function ownIdentity(
  type: string | null,
  account: string | null,
  invokedBy: string | null,
  onBehalfOf: string | null,
  sessionContext: JsonObject | null,
): string | null {
  switch (type) {
    case "AssumedRole":
      return nonEmpty(objectOrNull(sessionContext?.sessionIssuer)?.arn);
    case "IdentityCenterUser":
      return onBehalfOf;
    case "AWSService":
      return nonEmpty(invokedBy);
    case "AWSAccount":
      return account;
    // A user, or a federated one whose issuer is somebody else: the ARN.
    default:
      return null;
  }
}

/** The principal id without the session in `AROA...:session`, which is neither stable nor public. */
function principalWithoutSession(principalId: string | null, type: string | null): string | null {
  if (principalId === null || type !== "AssumedRole") return principalId;
  const colon = principalId.indexOf(":");
  return colon > 0 ? principalId.slice(0, colon) : principalId;
}

/** The text after the last slash; in an ARN without one (root), after the last colon. */
function lastSegment(text: string): string {
  const slash = text.lastIndexOf("/");
  if (slash >= 0) return text.slice(slash + 1);
  return text.startsWith("arn:") ? text.slice(text.lastIndexOf(":") + 1) : text;
}
