/** Forgers who mend all manifests: whatever they say in the summary has to follow from the rows, and the rows from the digests. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { useTestCredentials } from "../support/s3-trail.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { copyOf, drop, forge } from "./forge.ts";
import { evidence, ingestVerified, runVerifier, trailWithCalls } from "./made-pack.ts";

useTestCredentials();
const folder = temporaryFolder();
const pack = join(folder, "pack");
/** Its third log file was changed, one is listed by no digest, and one is gone. */
const altered = join(folder, "altered");

beforeAll(async () => {
  const sound = join(folder, "sound.duckdb");
  await ingestVerified(trailWithCalls(), sound);
  expect((await evidence(sound, pack)).code).toBe(0);
  const trail = trailWithCalls();
  const [first = "", second = "", third = ""] = trail.logs(1);
  trail.get(third).body = gzipSync(JSON.stringify({ Records: [] }));
  trail.objects.set(first.replace(/_[^_]*$/, "_Unlisted00000000.json.gz"), trail.get(first));
  trail.delete(second);
  const warehouse = join(folder, "altered.duckdb");
  await ingestVerified(trail, warehouse);
  expect((await evidence(warehouse, altered)).code).toBe(0);
});

const claim = (where: string, name: string): { outcome: string; numbers: string; missing: string | null } => {
  const { claims } = JSON.parse(readFileSync(join(where, "data/summary.json"), "utf8")) as {
    claims: { claim: string; outcome: string; numbers: string; missing: string | null }[];
  };
  const found = claims.find((each) => each.claim === name);
  if (found === undefined) throw new Error(`no claim ${name}`);
  return found;
};

/** Another outcome, numbers and missing, in the summary and in the report of the claims. */
function claimOf(where: string, name: string, said: { outcome?: string; numbers?: string; missing?: string }): void {
  const old = claim(where, name);
  forge(where, "data/summary.json", (text) => {
    const summary = JSON.parse(text) as { claims: { claim: string }[] };
    for (const each of summary.claims) if (each.claim === name) Object.assign(each, said);
    return `${JSON.stringify(summary, null, 2)}\n`;
  });
  forge(where, "data/reports/claims.csv", (text) =>
    text
      .split("\n")
      .map((line) =>
        line.startsWith(`${name},`)
          ? `${name},${said.outcome ?? old.outcome},"${said.numbers ?? old.numbers}","${said.missing ?? old.missing ?? ""}"`
          : line,
      )
      .join("\n"),
  );
}

const calls = "data/rows/invocations-2026-09.csv";

/** The row of a call by the end of its key. */
function rowOf(text: string, call: number): string {
  const row = text
    .split("\n")
    .find((line) => line.startsWith(`eu-central-1/00000000-0000-4000-8000-00000000000${call},`));
  if (row === undefined) throw new Error(`no call ${call}`);
  return row;
}

function replaceCell(text: string, call: number, cell: RegExp, other: string): string {
  const row = rowOf(text, call);
  return text.replace(row, row.replace(cell, other));
}

const digestFile = (where: string, at: number): { uri: string; file: string; line: string } => {
  const lines = readFileSync(join(where, "data/integrity/signatures.csv"), "utf8").split("\n");
  const line = lines[at + 1] ?? "";
  return { uri: line.split(",")[0] ?? "", file: `data/${line.split(",").at(-1) ?? ""}`, line };
};

it("the packs say what they should before anybody touches them", () => {
  expect(claim(pack, "unaltered").outcome).toBe("met");
  expect(claim(altered, "unaltered")).toMatchObject({
    outcome: "not met",
    numbers: "valid: 10 log files and 4 digests; changed, missing or listed by no digest: 3 log files and 0 digests",
  });
  for (const each of [pack, altered]) expect(runVerifier(each).lines.at(-1)).toBe("valid-unsigned");
});

const cases: readonly (readonly [string, () => string, (where: string) => void, RegExp])[] = [
  [
    "unaltered: not met becomes not shown",
    () => altered,
    (where) => claimOf(where, "unaltered", { outcome: "not shown", missing: "a check of the digest chains" }),
    /unaltered does not follow from the rows: it says not shown, and they say not met/,
  ],
  [
    "complete: not shown becomes met",
    () => pack,
    (where) => claimOf(where, "complete", { outcome: "met", missing: "" }),
    /complete does not follow from the rows/,
  ],
  [
    "other numbers of a claim",
    () => altered,
    (where) =>
      claimOf(where, "unaltered", { numbers: claim(where, "unaltered").numbers.replace("3 log files", "1 log files") }),
    /the numbers of unaltered are not those of the rows/,
  ],
  [
    "less is missing",
    () => pack,
    (where) => claimOf(where, "complete", { missing: "something small" }),
    /what is missing for complete is not what the rows lack/,
  ],
  [
    "another answer",
    () => pack,
    (where) =>
      forge(where, "data/summary.json", (text) => text.replace("(processed outside: 4", "(processed outside: 0")),
    /the answer in summary\.json is not that of its claims/,
  ],
  [
    "another answer on the cover",
    () => pack,
    (where) => forge(where, "bag-info.txt", (text) => text.replace("not met", "met")),
    /External-Description/,
  ],
  [
    "a day whose gap is gone",
    () => altered,
    (where) =>
      forge(where, "data/reports/coverage.csv", (text) => text.replace(/,(invalid|missing|unlisted),/, ",valid,")),
    /reports\/coverage\.csv says .*valid/,
  ],
  [
    "a changed log file that nobody checked",
    () => altered,
    (where) => forge(where, "data/inputs.csv", (text) => text.replace(/,invalid,hash,[^,\n]*$/m, ",,,")),
    /lists this log file with another hash, and inputs\.csv does not say so/,
  ],
  [
    "an unlisted log file that nobody checked",
    () => altered,
    (where) => forge(where, "data/inputs.csv", (text) => text.replace(/,undigested,unlisted,[^,\n]*$/m, ",,,")),
    /no digest lists this log file, and inputs\.csv does not say so/,
  ],
  [
    "a log file that was never there",
    () => pack,
    (where) =>
      forge(where, "data/inputs.csv", (text) => text.replace(/^[^\n]*CloudTrail\/eu-central-1\/[^\n]*\n/m, "")),
    /a valid digest lists a log file that neither inputs\.csv nor missing-logs\.csv has/,
  ],
  [
    "a missing log file that is forgotten",
    () => altered,
    (where) => forge(where, "data/integrity/missing-logs.csv", (text) => `${text.split("\n")[0] ?? ""}\n`),
    /neither inputs\.csv nor missing-logs\.csv has/,
  ],
  [
    "a digest taken out of the chain",
    () => pack,
    (where) => {
      const { file, line } = digestFile(where, 1);
      forge(where, "data/integrity/signatures.csv", (text) => text.replace(`${line}\n`, ""));
      drop(where, file);
    },
    /the digest before .* is not in the pack, and its day is called valid/,
  ],
  [
    "a digest counted twice",
    () => pack,
    (where) => forge(where, "data/integrity/signatures.csv", (text) => `${text}${digestFile(where, 1).line}\n`),
    /signatures\.csv names a digest twice/,
  ],
  [
    "a wider boundary",
    () => pack,
    (where) =>
      forge(where, "data/summary.json", (text) => text.replace('"eu-central-1",', '"eu-central-1", "us-east-1",')),
    /config\.json and summary\.json differ in boundary/,
  ],
  [
    "a report with fewer violations",
    () => pack,
    (where) => forge(where, "data/reports/boundary-violations.csv", (text) => text.replace(/,4,2026/, ",1,2026")),
    /boundary-violations\.csv adds up to 1 calls, and the rows say outside = 4/,
  ],
  [
    "a report with fewer calls",
    () => pack,
    (where) => forge(where, "data/reports/spillover-by-principal.csv", (text) => text.replace(",12,", ",11,")),
    /spillover-by-principal\.csv adds up to 11 calls/,
  ],
  [
    "a claim of its own",
    () => pack,
    (where) =>
      forge(where, "data/summary.json", (text) =>
        text.replace('"claims": [', '"claims": [{"claim":"compliant","outcome":"met","numbers":"","missing":null},'),
      ),
    /other claims than those that can be checked/,
  ],
  [
    "people who are said to be left out",
    () => pack,
    (where) => forge(where, "data/summary.json", (text) => text.replace('"left out"', '"kept"')),
    /differ in personalData/,
  ],
  [
    "a call that is there twice",
    () => pack,
    (where) => forge(where, calls, (text) => `${text}${rowOf(text, 4)}\n`),
    /rows\/invocations: a call is there twice/,
  ],
  [
    "a call of the first moment after the range",
    () => pack,
    (where) => forge(where, calls, (text) => replaceCell(text, 4, /,2026-09-14T[^,]*/, ",2026-09-15T00:00:00.000Z")),
    /a call out of the range: eu-central-1\/.*4/,
  ],
  [
    "a call outside that is not among those outside",
    () => pack,
    (where) =>
      forge(where, "data/rows/outside-boundary.csv", (text) => text.replace(/^eu-central-1\/[^\n]*\n(?=eu)/m, "")),
    /outside-boundary\.csv does not hold the calls outside the boundary/,
  ],
  [
    "a Region that nobody knows",
    () => pack,
    (where) => forge(where, calls, (text) => replaceCell(text, 4, /,us-east-1,/, ",xx-moon-1,")),
    /does not name the Regions that the reference data does not know: xx-moon-1/,
  ],
  [
    "another figure",
    () => pack,
    (where) => forge(where, "data/summary.json", (text) => text.replace('"throttled": 0', '"throttled": 1')),
    /summary\.json says throttled = 1, and the rows say 0/,
  ],
  [
    "a digest of somebody else's account",
    () => pack,
    (where) =>
      forge(where, "data/integrity/signatures.csv", (text) => text.replace(",111122223333,", ",444455556666,")),
    /digest of another account: s3:/,
  ],
  [
    "a digest from another bucket",
    () => pack,
    (where) => forge(where, "data/integrity/signatures.csv", (text) => text.replace("s3://test-trail/", "s3://other/")),
    /digest from another place: s3:\/\/other\//,
  ],
  [
    "another signature",
    () => pack,
    (where) => {
      const [signature = ""] = /[0-9a-f]{512}/.exec(digestFile(where, 1).line) ?? [];
      forge(where, "data/integrity/signatures.csv", (text) => text.replace(signature, "0".repeat(512)));
    },
    /wrong signature of the digest [^]*the chain is broken before .*: another signature/,
  ],
  [
    "a digest with other bytes",
    () => pack,
    (where) => {
      const { file } = digestFile(where, 1);
      const text = gunzipSync(readFileSync(join(where, file))).toString("utf8");
      writeFileSync(join(where, file), gzipSync(`${text} `));
      forge(where, "bag-info.txt", (info) => info.replace(/^Payload-Oxum: .*$/m, "Payload-Oxum: anew"));
    },
    /wrong signature of the digest [^]*the chain is broken before .*: another hash/,
  ],
  [
    "a digest that signatures.csv does not name",
    () => pack,
    (where) => {
      const { file } = digestFile(where, 1);
      const more = file.replace(/[^/]*$/, "more.json.gz");
      writeFileSync(join(where, more), readFileSync(join(where, file)));
      forge(where, "manifest-sha256.txt", (text) => `${text}${"0".repeat(64)}  ${more}\n`);
    },
    /signatures\.csv does not name data\/integrity\/digests\/.*more\.json\.gz/,
  ],
  [
    "a valid log file with another hash",
    () => pack,
    (where) =>
      forge(where, "data/inputs.csv", (text) =>
        text.replace(/,[0-9a-f]{64},([0-9a-f]{64},,valid)/, `,${"0".repeat(64)},$1`),
      ),
    /inputs\.csv calls a log file valid that its digest does not list with this hash/,
  ],
  [
    "a boundary that is not that of the reference data",
    () => pack,
    (where) => forge(where, "data/reference/boundaries.csv", (text) => text.replace(/^eu,eu-north-1,.*\n/m, "")),
    /the Regions of the boundary eu are not those of reference\/boundaries\.csv/,
  ],
  [
    "a manifest that names a file twice",
    () => pack,
    (where) => forge(where, "manifest-sha256.txt", (text) => `${text}${text.split("\n")[0] ?? ""}\n`),
    /manifest-sha256\.txt names a file twice: data\//,
  ],
  [
    "a list of files to be fetched, well listed",
    () => pack,
    (where) => {
      writeFileSync(join(where, "fetch.txt"), "https://example.org/x 1 data/x\n");
      forge(where, "tagmanifest-sha256.txt", (text) => `${text}${"0".repeat(64)}  fetch.txt\n`);
    },
    /fetch\.txt: a pack with holes is refused/,
  ],
  [
    "a size in bag-info.txt that is not that of the files",
    () => pack,
    (where) => {
      forge(where, "bag-info.txt", (text) => text.replace(/^Bagging-Date: .*$/m, "Bagging-Date: 2020-01-01"));
      const info = join(where, "bag-info.txt");
      writeFileSync(info, readFileSync(info, "utf8").replace(/^Payload-Oxum: .*$/m, "Payload-Oxum: 1.1"));
    },
    /Payload-Oxum is 1\.1, and /,
  ],
];

describe("a pack that was forged is found out, by verify.py and by evidence verify", () => {
  for (const [name, of, damage, said] of cases)
    it(name, async () => {
      const where = copyOf(of());
      damage(where);
      const { code, lines } = runVerifier(where);
      expect(lines.filter((line) => line.startsWith("problem: ")).join("\n")).toMatch(said);
      expect(code).toBe(3);
      const ours = await runCli(["evidence", "verify", where]);
      expect(ours.stderr).toMatch(said);
      expect(ours.code).toBe(3);
    });
});
