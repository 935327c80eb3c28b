/** What two packs of the same range are compared by: hashes of their rows, inputs, digests and coverage, and the claims in words. */
import { createHash } from "node:crypto";
import type { MadePack } from "./make-pack.ts";

/** By name; of a claim its outcome. */
export type PackGroups = Readonly<Record<string, string>>;

/** Files that depend on their time alone, such as the page, are left out. */
const groups: readonly (readonly [name: string, files: RegExp])[] = [
  ["rows", /^data\/rows\/.*\.csv$/],
  ["inputs", /^data\/(invocation-log-)?inputs\.csv$/],
  ["digests", /^data\/integrity\//],
  ["coverage", /^data\/reports\/coverage\.csv$/],
  ["reference data", /^data\/reference\/(?!listed-ranges)/],
];

export function groupsOf({ written, summary }: Pick<MadePack, "written" | "summary">): PackGroups {
  const found: Record<string, string> = {};
  for (const [name, files] of groups) {
    const hash = createHash("sha256");
    for (const { path, sha256 } of written) if (files.test(path)) hash.update(`${sha256}  ${path}\n`);
    found[name] = hash.digest("hex");
  }
  for (const { claim, outcome } of summary.claims) found[`claim ${claim}`] = outcome;
  return found;
}
