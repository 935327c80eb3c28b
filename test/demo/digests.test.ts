import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { writeDemoOrganization } from "../../src/demo/organization.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";

const folder = temporaryFolder();
const logs = join(folder, "logs");

it("the digests of the demo are the same for everybody, and vouch for all of its logs but the one that arrived broken", async () => {
  const made = await writeDemoOrganization(logs, { digests: true });
  const [first = ""] = made.digests?.keys ?? [];
  expect(made.digests?.keys).toHaveLength(6 * 14 * 24);
  expect(made.skipped).toHaveLength(6 * 14 * 24 + 1);
  expect(first).toMatch(/_CloudTrail-Digest_eu-central-1_organization-trail_eu-central-1_20260901T010000Z\.json\.gz$/);
  const files = { "public-keys.json": made.digests?.publicKeys, "signatures.csv": made.digests?.signatures };
  for (const [name, text = ""] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const again = await writeDemoOrganization(join(folder, "again"), { digests: true });
  expect(again.digests).toEqual(made.digests);
  const saved = ["--public-keys", join(folder, "public-keys.json"), "--signatures", join(folder, "signatures.csv")];
  const run = await runCli(["verify", logs, "--to", "2026-09-15", "--format", "ndjson", ...saved]);
  expect(run.stderr).toContain("digests   2,016 digests = 2,016 valid\n");
  const wrong = run.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { uri: string; verdict: string; reason: string | null })
    .filter(({ verdict }) => verdict !== "valid");
  expect(wrong).toHaveLength(1);
  expect(wrong[0]).toMatchObject({ verdict: "invalid", reason: "format" });
  expect(wrong[0]?.uri.endsWith(made.quarantined[0] ?? "nothing")).toBe(true);
  expect(readFileSync(join(logs, first)).length).toBeGreaterThan(300);
});
