/** The proof that the reference data is whole, dated and fits its tables. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  flattenInferenceProfiles,
  inferenceProfileRows,
  inferenceProfileSnapshot,
} from "../../src/reference/inference-profiles.ts";
import { findInferenceOperation, isNeverInference, operations } from "../../src/reference/operations.ts";
import { findRegion, regionRows } from "../../src/reference/regions.ts";
import { isProfileScope, isVendor } from "../../src/reference/vendors.ts";
import { inferenceProfileTable, regionTable } from "../../src/schema/tables.ts";

const day = /^20\d\d-\d\d-\d\d$/;
const monthOrDay = /^20\d\d-\d\d(-\d\d)?$/;

describe.each(["regions", "vendors", "scopes", "operations", "inference-profiles"])("%s.json", (name) => {
  it("says when and from where", () => {
    const file: unknown = JSON.parse(
      readFileSync(new URL(`../../src/reference/${name}.json`, import.meta.url), "utf8"),
    );
    expect(file).toMatchObject({
      as_of: expect.stringMatching(day),
      source: expect.stringMatching(/\w{3}/),
      rows: expect.any(Array),
    });
  });
});

describe("regions", () => {
  it("has the columns of the table, and each Region once", () => {
    for (const row of regionRows()) expect(Object.keys(row)).toEqual(regionTable.columns.map((column) => column.name));
    expect(new Set(regionRows().map((row) => row.region)).size).toBe(regionRows().length);
  });

  it.each([
    ["eu-central-1", "DE", true, "aws", "EU"],
    ["eu-central-2", "CH", false, "aws", "CH"],
    ["eu-west-2", "GB", false, "aws", "UK"],
    ["eusc-de-east-1", "DE", true, "aws-eusc", "EU"],
    ["us-gov-west-1", "US", false, "aws-us-gov", "US"],
    ["cn-north-1", "CN", false, "aws-cn", "CN"],
    ["il-central-1", "IL", false, "aws", "IL"],
    ["ca-west-1", "CA", false, "aws", "CA"],
  ])("%s: %s", (code, country, euMember, partition, jurisdiction) => {
    expect(findRegion(code)).toMatchObject({
      country,
      eu_member: euMember,
      eea_member: euMember,
      partition,
      jurisdiction,
    });
  });

  it("a Region is in the EU exactly when its jurisdiction is", () => {
    for (const row of regionRows()) expect(row.eu_member, row.region).toBe(row.jurisdiction === "EU");
    expect(findRegion("moon-north-1")).toBeUndefined();
  });
});

describe("inference profiles", () => {
  const profiles = inferenceProfileSnapshot().rows;

  it("flattens to the columns of the table, one row for each destination, none twice", () => {
    const rows = inferenceProfileRows();
    for (const row of rows)
      expect(Object.keys(row)).toEqual(inferenceProfileTable.columns.map((column) => column.name));
    expect(rows).toHaveLength(profiles.reduce((sum, profile) => sum + profile.destinations.length, 0));
    expect(new Set(rows.map((row) => `${row.profile_id} ${row.source_region} ${row.destination_region}`)).size).toBe(
      rows.length,
    );
  });

  it("names only Regions, scopes and vendors that the other files know; global profiles go anywhere", () => {
    for (const profile of profiles) {
      const [scope = "", vendor = ""] = profile.profileId.split(".");
      expect([isProfileScope(scope), isVendor(vendor)], profile.profileId).toEqual([true, true]);
      expect(profile.model).toBe(profile.profileId.slice(scope.length + 1));
      expect(findRegion(profile.sourceRegion), profile.sourceRegion).toBeDefined();
      expect(profile.asOf).toMatch(monthOrDay);
      if (scope === "global") expect(profile.destinations).toEqual(["*"]);
      else for (const destination of profile.destinations) expect(findRegion(destination), destination).toBeDefined();
    }
    expect(profiles.length).toBeGreaterThan(1000);
  });

  it("keeps destinations that do not hold the source Region", () => {
    const found = profiles.find(
      (row) => row.profileId === "us.anthropic.claude-3-5-sonnet-20240620-v1:0" && row.sourceRegion === "us-east-2",
    );
    expect(found?.destinations).toEqual(["us-east-1", "us-west-2"]);
  });

  it("flattens what a user refreshed as well", () => {
    const refreshed = [
      {
        profileId: "abc",
        sourceRegion: "eu-west-1",
        destinations: ["eu-west-1"],
        model: null,
        asOf: "2026-11-23",
        source: "GetInferenceProfile",
      },
    ];
    expect(flattenInferenceProfiles(refreshed)).toEqual([
      {
        profile_id: "abc",
        source_region: "eu-west-1",
        destination_region: "eu-west-1",
        model: null,
        as_of: "2026-11-23",
        source: "GetInferenceProfile",
      },
    ]);
  });

  it("is what scripts/import-profiles.mjs makes, sorted whatever the input's order", () => {
    const folder = mkdtempSync(join(tmpdir(), "profiles-"));
    try {
      const row = (profileId: string, sourceRegion: string): object => ({
        profileId,
        sourceRegion,
        destinationRegions: ["eu-west-3"],
        modelId: "a.b",
        asOf: "2026-10",
        source: "s",
        geo: "eu",
      });
      const meta = {
        asOf: { compiled: "2026-11-23" },
        authority: "a merge",
        sources: { s: "somewhere", unused: "nowhere" },
      };
      writeFileSync(
        join(folder, "in.json"),
        JSON.stringify({ meta, rows: [row("eu.a.b", "eu-west-3"), row("eu.a.b", "eu-west-1")] }),
      );
      const script = fileURLToPath(new URL("../../scripts/import-profiles.mjs", import.meta.url));
      execFileSync(process.execPath, [script, join(folder, "in.json"), join(folder, "out.json")], { stdio: "ignore" });
      const made = (sourceRegion: string): object => ({
        profileId: "eu.a.b",
        sourceRegion,
        destinations: ["eu-west-3"],
        model: "a.b",
        asOf: "2026-10",
        source: "s",
      });
      expect(JSON.parse(readFileSync(join(folder, "out.json"), "utf8"))).toEqual({
        as_of: "2026-11-23",
        source: "a merge",
        sources: { s: "somewhere" },
        rows: [made("eu-west-1"), made("eu-west-3")],
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("operations", () => {
  it("has the eight inference operations, at their own event source only", () => {
    const inference = operations().filter((row) => row.kind === "inference");
    expect(inference.map((row) => [row.name, row.streaming])).toEqual([
      ["Converse", false],
      ["ConverseStream", true],
      ["InvokeModel", false],
      ["InvokeModelWithResponseStream", true],
      ["InvokeModelWithBidirectionalStream", true],
      ["StartAsyncInvoke", false],
      ["CreateModelInvocationJob", false],
      ["CreateInference", "by-parameter"],
    ]);
    expect(findInferenceOperation("Converse", "bedrock-mantle.amazonaws.com")).toBeUndefined();
    expect(findInferenceOperation("CreateInference", "bedrock.amazonaws.com")).toBeUndefined();
    expect(findInferenceOperation("CreateInference", "bedrock-mantle.amazonaws.com")).toBeDefined();
    expect(findInferenceOperation("ListAgents", "bedrock.amazonaws.com")).toBeUndefined();
  });

  it("knows what never is inference, and lists no operation twice", () => {
    expect(["CountTokens", "ApplyGuardrail", "Rerank", "InvokeGuardrailChecks"].every(isNeverInference)).toBe(true);
    expect(isNeverInference("Converse")).toBe(false);
    expect(new Set(operations().map((row) => `${row.event_source} ${row.name}`)).size).toBe(operations().length);
  });
});

describe("scopes and vendors", () => {
  it("are closed sets without a common element", () => {
    const scopes = ["us", "eu", "apac", "jp", "au", "ca", "in", "us-gov", "global"];
    expect(scopes.every(isProfileScope)).toBe(true);
    expect(scopes.some(isVendor)).toBe(false);
    expect(["ai21", "xai", "zai", "amazon", "anthropic"].every(isVendor)).toBe(true);
    expect(["ai21", "xai", "zai", "ap", "amer", "", "US"].some(isProfileScope)).toBe(false);
  });
});
