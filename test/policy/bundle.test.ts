/** What a bundle says of one principal, and what it does not: never more than was read. */
import { describe, expect, it } from "vitest";
import type { Bundle, BundlePrincipal, BundleTarget } from "../../src/policy/bundle.ts";
import { type ReachRow, reachOf } from "../../src/policy/reach.ts";
import { summariseReach } from "../../src/policy/reach-summary.ts";
import { assistant, demoBundle } from "./demo-bundle.ts";

const profile = {
  profileId: "eu.anthropic.claude-sonnet-4-6",
  sourceRegion: "eu-central-1",
  destinations: ["eu-central-1", "eu-west-1", "eu-west-3"],
  model: "anthropic.claude-sonnet-4-6",
  asOf: "2026-09-20",
};

function decided(change: Partial<Bundle>): string[] {
  return reachOf({ ...demoBundle, ...change }, [profile], { others: "unknown" }).map(({ decision }) => decision);
}

const { targets, principals } = demoBundle;
const principal: BundlePrincipal = principals[assistant] ?? { account: "", identity: null, boundary: null };
const account: BundleTarget = targets["222233334444"] ?? { type: "account", name: "", parent: null, scps: null };

describe("a bundle", () => {
  it("decides by all that was read", () => {
    expect(decided({})).toEqual(["allowed", "allowed", "denied"]);
  });

  it.each([
    ["the SCPs of an account", { targets: { ...targets, "222233334444": { ...account, scps: null } } }],
    ["an SCP's text", { policies: { ...demoBundle.policies, full: { name: "full", document: null } } }],
    ["the way to the root", { targets: { "222233334444": account } }],
    ["the identity policies", { principals: { [assistant]: { ...principal, identity: null } } }],
    ["the boundary", { principals: { [assistant]: { ...principal, boundary: undefined } } }],
    ["the boundary's text", { principals: { [assistant]: { ...principal, boundary: "nowhere" } } }],
  ] as const)("without %s promises nothing, and a deny stays one", (_, change) => {
    const [here, near, far] = decided(change);
    expect([here, near]).toEqual(["cannot-tell", "cannot-tell"]);
    expect(["denied", "cannot-tell"]).toContain(far);
  });

  it("without a boundary has none, and in no organization no SCPs", () => {
    expect(decided({ organization: null })).toEqual(["allowed", "allowed", "allowed"]);
  });
});

describe("the answers of all principals", () => {
  const row = (decision: ReachRow["decision"], destination = "eu-west-1"): ReachRow => ({
    account: "111122223333",
    principal: "p",
    profile: "eu.x",
    sourceRegion: "eu-central-1",
    destination,
    decision,
  });
  it.each([
    [["allowed", "allowed"], "all"],
    [["allowed", "denied"], "some"],
    [["allowed", "cannot-tell"], "some"],
    [["cannot-tell", "implicit"], "cannot-tell"],
    [["denied", "implicit"], "none"],
  ] as const)("%j: %s", (decisions, allowed) => {
    const rows = [...decisions.map((decision) => row(decision)), row("denied", "eu-west-3")];
    expect(summariseReach(rows).map((summary) => [summary.destination, summary.allowed])).toEqual([
      ["eu-west-1", allowed],
      ["eu-west-3", "none"],
    ]);
  });

  it("are kept apart by profile, source Region and destination", () => {
    const rows = [
      row("allowed"),
      { ...row("denied"), profile: "eu.y" },
      { ...row("denied"), sourceRegion: "eu-north-1" },
      row("denied", "eu-west-3"),
    ];
    expect(summariseReach(rows).map(({ allowed }) => allowed)).toEqual(["all", "none", "none", "none"]);
  });
});
