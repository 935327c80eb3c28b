/** `aws cloudtrail validate-logs` and `spillway verify` over the same bucket: what both accept, and what each says of every fault. */
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Fault, faults } from "../integrity/faults.ts";
import { begin, hour, MadeTrail } from "../integrity/made-trail.ts";
import { runCli } from "../support/run-cli.ts";
import { PublicKeysServer } from "../support/public-keys-server.ts";
import { S3Server } from "../support/s3-server.ts";
import { useTestCredentials } from "../support/s3-trail.ts";
import { awsCliVersion, validateLogs, type ValidateRun } from "../support/validate-logs.ts";

useTestCredentials();
const version = await awsCliVersion();
if (version === undefined)
  console.warn("no AWS CLI is here, and none could be had from PyPI: nothing is compared with it");
/** The page with the first three cells of each row of its tables. */
const ownColumns = (text: string): string =>
  text.replaceAll(/^(\|(?:[^|\n]*\|){3}).*$/gm, "$1").replaceAll(/^\|-.*$/gm, "|-");
const guide = new URL("../../docs/verify.md", import.meta.url);

let cloudtrail: PublicKeysServer;
beforeAll(async () => {
  cloudtrail = await PublicKeysServer.start();
});
afterAll(() => cloudtrail[Symbol.asyncDispose]());

async function both(trail: MadeTrail, from: number): Promise<{ theirs: ValidateRun; ours: string; code: number }> {
  await using s3 = await S3Server.start({ bucket: trail.chain.bucket, region: "us-east-1" });
  for (const [key, { body, metadata }] of trail.objects) s3.put(key, body, metadata);
  const keys = [{ key: trail.chain.key, from: trail.chain.start - 240 * hour, to: trail.end + 480 * hour }];
  cloudtrail.keys.set(trail.chain.region, keys);
  const theirs = await validateLogs(
    trail,
    { s3: s3.endpoint, cloudtrail: cloudtrail.endpoint },
    { from, to: trail.end },
  );
  const args = ["--s3-endpoint", s3.endpoint, "--cloudtrail-endpoint", cloudtrail.endpoint, "--fail-on", "integrity"];
  const range = ["--from", new Date(from).toISOString(), "--to", new Date(trail.end).toISOString()];
  const run = await runCli(
    ["verify", `s3://${trail.chain.bucket}`, ...args, ...range, "--strict", "--format", "json"],
    {},
    new Date().toISOString(),
  );
  const rows = JSON.parse(run.stdout) as { kind: string; verdict: string; reason: string | null }[];
  const counts = new Map<string, number>();
  for (const { kind, verdict, reason } of rows) {
    if (verdict === "valid") continue;
    const what = `${kind} ${verdict} (${reason ?? ""})`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  const ours = [...counts].map(([what, count]) => (count === 1 ? what : `${count} × ${what}`)).join("; ");
  return { theirs, ours: ours === "" ? "all valid" : ours, code: run.code };
}

it.runIf(process.env["CI"] === "true")("is compared with the version that docs/verify.md names", () => {
  expect(readFileSync(guide, "utf8")).toContain(`${version} validate-logs`);
});

describe.runIf(version !== undefined)(version ?? "no AWS CLI", () => {
  it("accepts the chain that spillway verify accepts", async () => {
    const { theirs, ours, code } = await both(new MadeTrail({ hours: 24, logsPerHour: 10 }), begin);
    expect(theirs).toEqual({ code: 0, lines: ["24/24 digest files valid", "240/240 log files valid"] });
    expect([ours, code]).toEqual(["all valid", 0]);
  });

  it("says of every fault what docs/verify.md says", { timeout: 1_200_000 }, async () => {
    const rows: string[] = [];
    const made = (fault: Fault): MadeTrail => {
      const trail = new MadeTrail({ hours: 8, ...fault.plan });
      fault.make(trail);
      return trail;
    };
    for (const fault of faults.filter(({ check }) => check === undefined)) {
      const { theirs, ours, code } = await both(made(fault), begin);
      // Whatever it calls invalid is a finding here too; the other way round is the point of the table. It looks into any bucket.
      if (theirs.code !== 0) expect(code, fault.name).toBe(ours.includes("scope") ? 4 : 3);
      const said = theirs.lines.join("<br>").replaceAll("|", "\\|");
      rows.push(`| ${fault.name} | ${ours} | ${code} | ${said} | ${theirs.code} |`);
    }
    const table = [
      `| fault | spillway verify --fail-on integrity --strict | exit | ${version ?? ""} validate-logs | exit |`,
      "|---|---|---|---|---|",
      ...rows,
    ].join("\n");
    const page = readFileSync(guide, "utf8");
    const [, before, after] = /^([\s\S]*<!-- table -->\n)[\s\S]*(<!-- end of table -->[\s\S]*)$/.exec(page) ?? [];
    if (before === undefined || after === undefined) throw new Error("docs/verify.md has no place for the table");
    const wanted = `${before}${table}\n${after}`;
    if (process.env["SPILLWAY_WRITE_DOCS"] === "1") writeFileSync(guide, wanted);
    else if (page.includes(`${version} validate-logs`)) expect(page).toBe(wanted);
    // other versions of it say other things; what Spillway says is the same
    else expect(ownColumns(page)).toBe(ownColumns(wanted));
  });
});
