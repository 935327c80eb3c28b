/** The condition keys of a check: those that can be filled, and those that only a live call could fill (R12). */
import { type Call, calledProfileArn, isApplicationProfile } from "./call.ts";
import { type Check, isBatch, isMantle } from "./checks.ts";
import { type Context, type KeyState, absent, contextOf, keyTable, present } from "./context.ts";

export interface GivenKeys {
  /** Values for every check; they take precedence over ours. */
  readonly context?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Keys that are said to be absent. */
  readonly absent?: readonly string[] | undefined;
  /** Tags of resources by ARN. */
  readonly resourceTags?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
  /** The state of all other keys: absent, or unknown because only a live call would fill them. */
  readonly others: "absent" | "unknown";
}

const profileKey = "bedrock:InferenceProfileArn";
const mantleModelKey = "bedrock-mantle:model";
const tagPrefix = "aws:resourcetag/";

/** Keys about the owner of a resource: for a foundation model the owner is not documented; one AWS policy implies the caller. */
const ownerKeys: ReadonlySet<string> = new Set(["aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths"]);

/**
 * The keys of a check. It is not documented whether the check of the profile itself carries `bedrock:InferenceProfileArn`, nor for
 * projects and batch jobs: these have two contexts, and where they disagree the answer is `cannot tell`.
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

/** The keys that follow from the caller, and from the call not being a service's. */
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

/** The state of a tag's key; names of tags are compared without regard to case, like names of keys. */
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
