/** What a pack says beside its numbers: countries, clauses, AWS's statements, OSCAL, and the statement behind each file. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { uuid5 } from "../../src/evidence/oscal.ts";
import { clauseRows } from "../../src/reference/clauses.ts";
import { jurisdictionRows } from "../../src/reference/jurisdictions.ts";
import { regionRows } from "../../src/reference/regions.ts";
import { pythonWith } from "../support/python.ts";
import { useTestCredentials } from "../support/s3-trail.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { evidence, ingestVerified, runVerifier, trailWithCalls } from "./made-pack.ts";

useTestCredentials();
const folder = temporaryFolder();
const warehouse = join(folder, "spillway.duckdb");
const pack = join(folder, "pack");

const read = (path: string, where = pack): string => readFileSync(join(where, path), "utf8");

beforeAll(async () => {
  await ingestVerified(trailWithCalls({ served: ["eu-north-1", "us-east-1", "xx-future-1"] }), warehouse);
  const made = await evidence(warehouse, pack);
  expect(made.stderr).toContain("Regions that the reference data does not know, counted as outside: xx-future-1");
  expect(made.code).toBe(0);
});

it("every country with a Region has its membership and its decision, dated and sourced", () => {
  const rows = new Map(jurisdictionRows().map((row) => [row.country, row]));
  for (const { country, country_name, eu_member, eea_member } of regionRows())
    expect(rows.get(country)).toMatchObject({ country_name, eu_member, eea_member });
  for (const row of rows.values()) {
    expect(row.eu_since === null).toBe(!row.eu_member);
    expect(row.eea_since === null).toBe(!row.eea_member);
    expect(
      new Set([row.adequacy_decision === null, row.adequacy_scope === null, row.adequacy_since === null]).size,
    ).toBe(1);
    // within the EEA there is nothing to decide
    if (row.eea_member) expect(row.adequacy_decision).toBeNull();
    for (const day of [row.eu_since, row.eea_since, row.adequacy_since, row.as_of])
      if (day !== null) expect(day).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(row.source).not.toBe("");
  }
  const decided = [...rows.values()].filter((row) => row.adequacy_decision !== null).map(({ country }) => country);
  expect(decided.toSorted()).toEqual(["BR", "CA", "CH", "GB", "IL", "JP", "KR", "NZ", "US"]);
});

it("countries say where calls went; a Region that nobody knows is outside, and it is said", () => {
  const lines = read("data/countries.csv").trimEnd().split("\n");
  expect(lines[0]).toBe(
    "source_country,served_country,served_country_name,eu_member,eea_member,adequacy_decision,adequacy_scope,invocations,first_seen,last_seen,safeguard,note",
  );
  expect(
    lines
      .slice(1)
      .map((line) => line.split(",").slice(0, 2).join(">"))
      .toSorted(),
  ).toEqual(["DE>", "DE>SE", "DE>US"]);
  expect(read("data/countries.csv")).toContain("xx-future-1 is not in the reference data: taken as outside");
  const summary = JSON.parse(read("data/summary.json")) as { strangeRegions: unknown; figures: Record<string, number> };
  expect(summary.strangeRegions).toEqual(["xx-future-1"]);
  expect(summary.figures["outside"]).toBe(8);
  expect(runVerifier(pack).code).toBe(0);
});

describe("the clause map", () => {
  it("has every framework, and each field names a file of the pack and columns or claims in it", () => {
    const rows = clauseRows();
    const named = rows.map(({ framework, clause }) => `${framework} ${clause}`);
    for (const wanted of [
      "GDPR Art. 30(1)(e), 30(2)(c)",
      "GDPR Art. 44 to 49",
      "GDPR Art. 45",
      "DORA ITS B_02.02.0130",
      "DORA ITS B_02.02.0150",
      "DORA ITS B_02.02.0160",
      "DORA Art. 30(2)(b)",
      "EU AI Act Art. 12",
      "EU AI Act Art. 19",
      "EU AI Act Art. 26(6)",
      "BSI C5:2020 PSS-12",
      "BSI C5:2020 PI-02",
      "BSI C5, new catalogue PSS-12.01B to PSS-12.04B",
      "NIST SP 800-53 SA-9(5)",
      "NIST SP 800-53 SA-9(8)",
      "CSA CCM DSP-19",
      "ISO/IEC 27002 5.23",
      "SOC 2 CC2.1",
      "SOC 2 CC7.2",
      "SCF CLD-09",
      "CIS AWS Foundations 3.2",
      "AWS Security Hub CloudTrail.4",
    ])
      expect(named).toContain(wanted);
    expect(new Set(named).size).toBe(named.length);
    for (const { field, question } of rows) {
      expect(question).not.toMatch(/complian|satisf|fulfil/i);
      for (const part of field.split("; ")) {
        const [file = "", names = ""] = part.split(": ");
        expect(existsSync(join(pack, "data", file)), file).toBe(true);
        const content = read(`data/${file}`);
        const known = file === "reports/claims.csv" ? content : (content.split("\n")[0] ?? "");
        for (const name of names.split(", ")) expect(known, `${file}: ${name}`).toContain(name);
      }
    }
    expect(read("data/reference/clauses.csv").trimEnd().split("\n").length).toBeGreaterThan(rows.length);
  });

  it("can be replaced by one's own, and one that is none is refused in one line", async () => {
    const own = join(folder, "clauses.json");
    writeFileSync(
      own,
      JSON.stringify([
        {
          framework: "House rule",
          clause: "7",
          question: "Where?",
          field: "countries.csv: served_country",
          source: "us",
          as_of: "2026-01-01",
        },
      ]),
    );
    const where = join(folder, "own");
    expect((await evidence(warehouse, where, "--clauses", own)).code).toBe(0);
    expect(read("data/reference/clauses.csv", where).split("\n")[1]).toMatch(/^House rule,7,Where\?/);
    expect(JSON.stringify(JSON.parse(read("data/assessment-results.oscal.json", where)))).not.toContain("sa-9.5");
    for (const [content, said] of [
      ["[]", /its rows need/],
      ["{", /cannot take the clause map/],
      ['[{"framework":"x"}]', /its rows need/],
    ] as const) {
      writeFileSync(own, content);
      const run = await evidence(warehouse, join(folder, "never"), "--clauses", own);
      expect(run.stderr).toMatch(said);
      expect(run.code).toBe(2);
    }
  });
});

it("AWS is quoted with page and day", () => {
  const [head, ...lines] = read("data/reference/aws-statements.csv").trimEnd().split("\n");
  expect(head).toBe("about,quotation,page,read_on");
  expect(lines.length).toBeGreaterThanOrEqual(5);
  for (const line of lines) expect(line).toMatch(/https:\/\/docs\.aws\.amazon\.com\/[^,]+,\d{4}-\d{2}-\d{2}$/);
});

it("every table has the statement that made it, and the parameters stand beside", () => {
  const tables = readdirSync(join(pack, "data"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:csv|parquet)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(pack, "data").length + 1));
  const unstated = tables.filter(
    (table) => !existsSync(join(pack, "data/sql", table.replace(/\.(?:csv|parquet)$/, ".sql"))),
  );
  // data that ship
  expect(unstated.toSorted()).toEqual([
    "reference/aws-statements.csv",
    "reference/clauses.csv",
    "reference/jurisdictions.csv",
  ]);
  const reports = readdirSync(join(pack, "data/reports"));
  for (const name of reports.filter((each) => each.endsWith(".csv")))
    expect(reports).toContain(name.replace(/\.csv$/, ".parquet"));
  expect(read("data/report.html")).toContain("<!doctype html>");
});

describe("OSCAL", () => {
  it("has an observation for each claim, a finding only for a control, and hashes of what they go by", () => {
    const { "assessment-results": oscal } = JSON.parse(read("data/assessment-results.oscal.json")) as {
      "assessment-results": {
        results: { observations: { title: string; description: string }[]; findings: { target: unknown }[] }[];
        "back-matter": { resources: { rlinks?: { href: string; hashes: { value: string }[] }[] }[] };
      };
    };
    const [result] = oscal.results;
    expect(result?.observations.map(({ title }) => title)).toEqual([
      "inside-boundary",
      "complete",
      "unaltered",
      "regions-known",
    ]);
    expect(result?.findings.map(({ target }) => target)).toEqual([
      { type: "statement-id", "target-id": "sa-9.5_smt", status: { state: "not-satisfied" } },
      { type: "statement-id", "target-id": "sa-9.8_smt", status: { state: "not-satisfied" } },
    ]);
    const manifest = read("manifest-sha256.txt");
    const links = oscal["back-matter"].resources.flatMap(({ rlinks = [] }) => rlinks);
    expect(links.length).toBeGreaterThan(5);
    for (const { href, hashes } of links) expect(manifest).toContain(`${hashes[0]?.value}  data/${href}`);
  });

  it("names things as RFC 9562 does", () => {
    // the example of its appendix A.4
    expect(uuid5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com")).toBe(
      "2ed6657d-e927-568b-95e1-2665a8aea6a2",
    );
  });

  it("is read by compliance-trestle", (context) => {
    const tool = pythonWith("compliance-trestle==5.2.0");
    if ("missing" in tool) return context.skip(tool.missing);
    const script = `
import sys, pathlib
from trestle.oscal.assessment_results import AssessmentResults
read = AssessmentResults.oscal_read(pathlib.Path(sys.argv[1]))
print(len(read.results[0].observations), len(read.results[0].findings))
`;
    const file = join(pack, "data/assessment-results.oscal.json");
    const { stdout, stderr, status } = spawnSync(tool.python, ["-c", script, file], { encoding: "utf8" });
    expect(stderr.split("\n").slice(-4).join("\n")).toBe("");
    expect(stdout.trim()).toBe("4 2");
    expect(status).toBe(0);
    const broken = join(folder, "broken.oscal.json");
    writeFileSync(
      broken,
      readFileSync(file, "utf8").replace('"satisfied"', '"perhaps"').replace('"not-satisfied"', '"perhaps"'),
    );
    expect(spawnSync(tool.python, ["-c", script, broken]).status).not.toBe(0);
  }, 300_000);
});
