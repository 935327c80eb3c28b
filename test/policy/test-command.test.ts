import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { profile, role } from "./documents.ts";

const folder = temporaryFolder();
const corpus = fileURLToPath(new URL("corpus/decisions.jsonl", import.meta.url));

async function test(lines: readonly unknown[], ...args: readonly string[]): ReturnType<typeof runCli> {
  const file = join(folder, "tests.jsonl");
  writeFileSync(file, lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"));
  return await runCli(["policy", "test", file, ...args]);
}

const everything = { Version: "2012-10-17", Statement: { Effect: "Allow", Action: "*", Resource: "*" } };
const request = { profile, source_region: "eu-central-1", principal_arn: role };
const fine = { id: "fine", scps: [], identity: [everything], request, expect: { overall: "allowed" } };

describe("policy test", () => {
  it("passes our own cases, in the form that programs read", async () => {
    const run = await runCli(["policy", "test", corpus, "--format", "json"]);
    expect(run.code).toBe(0);
    const results = JSON.parse(run.stdout) as Record<string, unknown>[];
    expect(results).toHaveLength(readFileSync(corpus, "utf8").trim().split("\n").length);
    expect(results.every(({ pass }) => pass === true)).toBe(true);
    expect(results[1]).toEqual({
      id: "missing-StringNotEquals-x",
      overall: "denied",
      per_resource: {
        "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-micro-v1:0": {
          decision: "denied",
          by: [{ type: "identity", explicit: true, doc: 0, statement: 1 }],
        },
      },
      pass: true,
    });
  });

  it("answers where nothing is expected", async () => {
    const run = await test([{ ...fine, expect: undefined }], "--format", "json");
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject([{ id: "fine", overall: "allowed", pass: null }]);
  });

  it.each([
    [{ overall: "denied" }, "overall is allowed, denied was expected"],
    [{ per_resource: { "arn:x": { decision: "allowed" } } }, "arn:x is not checked for this call"],
    [
      {
        per_resource: {
          [`arn:aws:bedrock:eu-west-3::foundation-model/amazon.nova-pro-v1:0`]: { decision: "implicit" },
        },
      },
      "is allowed, implicit was expected",
    ],
    [
      {
        per_resource: {
          [`arn:aws:bedrock:eu-west-3::foundation-model/amazon.nova-pro-v1:0`]: {
            decision: "allowed",
            by: [{ type: "scp", explicit: false }],
          },
        },
      },
      "is not a reason",
    ],
  ])("fails what is not as expected: %s", async (expected, said) => {
    const run = await test([fine, { ...fine, id: "other", expect: expected }]);
    expect(run.code).toBe(3);
    expect(run.stderr).toContain(`other: `);
    expect(run.stderr).toContain(said);
  });

  it("fails where there is a reason more than expected", async () => {
    const arn = "arn:aws:bedrock:eu-west-3::foundation-model/amazon.nova-pro-v1:0";
    const run = await test([
      { ...fine, identity: [], expect: { per_resource: { [arn]: { decision: "implicit", by: [] } } } },
    ]);
    expect([run.code, run.stderr]).toEqual([3, expect.stringContaining("is a reason too")]);
  });

  it.each([
    ["{", "tests.jsonl:1:2: a key in double quotes was expected"],
    ['{"id":"a","id":"b"}', 'the key "id" stands twice'],
    [JSON.stringify({ id: "a" }), "request"],
    [JSON.stringify({ ...fine, expect: undefined, request: { ...request, prinzipal: 1 } }), "prinzipal"],
    [JSON.stringify({ ...fine, expect: undefined, request: { ...request, profile: "eu.none.such" } }), "is not known"],
    [
      JSON.stringify({
        ...fine,
        expect: undefined,
        request: { ...request, principal_arn: "arn:aws:sts::111122223333:assumed-role/x/y" },
      }),
      "arn:aws:iam::111122223333:role/x",
    ],
    [JSON.stringify({ ...fine, expect: undefined, scps: [[{ Statement: [] }]] }), "Version is missing"],
  ])("cannot tell what a broken line means: %s", async (line, said) => {
    const run = await test([line, fine], "--format", "json");
    expect(run.code).toBe(4);
    expect(run.stderr).toContain(said);
    expect(JSON.parse(run.stdout)).toMatchObject([{ overall: "cannot-tell", pass: null }, { pass: true }]);
  });

  it("fails a broken line that expects something", async () => {
    const run = await test([{ ...fine, request: { ...request, profile: "eu.none.such" } }]);
    expect(run.code).toBe(3);
  });

  it("is wrong use without a test", async () => {
    expect((await test([""])).code).toBe(2);
    expect((await runCli(["policy", "test", join(folder, "none.jsonl")])).code).toBe(2);
  });

  it("prints rows in the other formats", async () => {
    const run = await test([fine], "--format", "csv");
    expect(run.stdout.split(/\r?\n/)).toEqual(["id,overall,pass,differences", "fine,allowed,true,", ""]);
    expect((await test([fine, { ...fine, id: "two" }], "--format", "ndjson")).stdout.trim().split("\n")).toHaveLength(
      2,
    );
  });
});
