/** The condition keys that we fill, and which ones nobody can (R12). */
import { type Call, calledProfileArn, isApplicationProfile } from "./call.ts";
import { type Check, isBatch, isMantle } from "./checks.ts";
import { type Context, type KeyState, absent, contextOf, keyTable, present } from "./context.ts";

export interface GivenKeys {
  /** On every check; they go before ours. */
  readonly context?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Said to be absent. */
  readonly absent?: readonly string[] | undefined;
  /** Tags of a resource, by its ARN. */
  readonly resourceTags?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
  /** What is true of a key that nobody gave: absent, or not known because only a live call would fill it. */
  readonly others: "absent" | "unknown";
}

const profileKey = "bedrock:InferenceProfileArn";
const mantleModelKey = "bedrock-mantle:model";
const tagPrefix = "aws:resourcetag/";

/** Whose account a foundation model is in is not documented; one AWS policy takes it for the caller's. */
const ownerKeys: ReadonlySet<string> = new Set(["aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths"]);

/**
 * The keys of a check. Whether the check of the profile itself carries `bedrock:InferenceProfileArn` is documented nowhere, nor for
 * projects and batch jobs: then there are two contexts, and what they disagree on cannot be told.
 */
export function contextsOf(call: Call, check: Check, given: GivenKeys): Context[] {
  const arn = calledProfileArn(call);
  const states = arn === undefined || check.what === "bearer-token" ? [absent] : [present(arn)];
  if (arn !== undefined && mayLackProfile(call, check)) states.push(absent);
  return states.map((state) => contextWith(call, check, given, state));
}

function mayLackProfile(call: Call, { what }: Check): boolean {
  return what === "profile" || what === "project" || what === "job" || (what === "model" && isBatch(call));
}

function contextWith(call: Call, check: Check, given: GivenKeys, profile: KeyState): Context {
  const bearer = check.what === "bearer-token" && call.bearerToken !== undefined ? call.bearerToken : undefined;
  const own = keyTable([
    ["aws:RequestedRegion", present(check.requestedRegion)],
    ["aws:PrincipalArn", present(call.principal)],
    ["aws:PrincipalAccount", present(call.account)],
    [
      isMantle(call) ? "bedrock-mantle:BearerTokenType" : "bedrock:BearerTokenType",
      bearer === undefined ? absent : present(bearer),
    ],
    [profileKey, profile],
  ]);
  const said = keyTable([
    ...Object.entries(given.context ?? {}).map(([key, values]) => [key, present(...values)] as const),
    ...(given.absent ?? []).map((key) => [key, absent] as const),
  ]);
  const derived = given.others === "unknown" ? keyTable(derivedKeys(call)) : new Map<string, KeyState>();
  return contextOf([said, own, derived], (key) => otherKey(key.toLowerCase(), key, call, check, given));
}

/** What follows from who calls, and from the call being its own. */
function derivedKeys(call: Call): [string, KeyState][] {
  const user = /^arn:[^:]*:iam::\d*:user\/(?:.*\/)?([^/]+)$/.exec(call.principal)?.[1];
  const role = /^arn:[^:]*:iam::\d*:role\//.test(call.principal);
  return [
    ["aws:PrincipalIsAWSService", present("false")],
    ["aws:PrincipalServiceName", absent],
    ["aws:PrincipalServiceNamesList", absent],
    ...(user === undefined
      ? []
      : (
          [
            ["aws:PrincipalType", present("User")],
            ["aws:username", present(user)],
          ] as const
        ).map(pair)),
    ...(role
      ? (
          [
            ["aws:PrincipalType", present("AssumedRole")],
            ["aws:username", absent],
          ] as const
        ).map(pair)
      : []),
  ];
}

function pair([key, state]: readonly [string, KeyState]): [string, KeyState] {
  return [key, state];
}

function otherKey(name: string, key: string, call: Call, check: Check, given: GivenKeys): KeyState {
  if (name.startsWith(tagPrefix)) return tagOf(key.slice(tagPrefix.length), check, given);
  if (ownerKeys.has(name) && check.what !== "bearer-token") {
    if (name === "aws:resourceaccount" && check.what === "profile" && isApplicationProfile(check.resource))
      return present(check.resource.split(":")[4] ?? call.account);
    return { state: "unknown", why: `AWS does not document ${key} for this resource` };
  }
  if (name === mantleModelKey && isMantle(call) && check.what === "project")
    return { state: "unknown", why: `AWS does not document what ${key} holds: say --context ${key}=VALUE` };
  return given.others === "absent"
    ? absent
    : { state: "unknown", why: `${key} is not known: say --context ${key}=VALUE or --absent ${key}` };
}

/** Names of tags are compared without regard to case, as names of keys are. */
function tagOf(tag: string, check: Check, given: GivenKeys): KeyState {
  const tags = Object.entries(given.resourceTags?.[check.resource] ?? {});
  const found = tags.find(([name]) => name.toLowerCase() === tag.toLowerCase());
  if (found !== undefined) return present(found[1]);
  // a foundation model has no tags
  const known =
    given.others === "absent" || given.resourceTags?.[check.resource] !== undefined || check.what !== "profile";
  return known
    ? absent
    : {
        state: "unknown",
        why: `the tags of ${check.resource} are not known: say --context aws:ResourceTag/${tag}=VALUE or --absent aws:ResourceTag/${tag}`,
      };
}
