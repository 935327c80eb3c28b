/** Log files that others made, genuine and synthetic: all are read, and what was found in them stands here. */
import { cpSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { type CliRun, queryRows, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";

const samples = fileURLToPath(new URL("../../../shared/data/", import.meta.url));
const folders = [
  "adanalvarez-TrailDiscover",
  "umccr-cloudtrail-parquet-lambda",
  "aleck31-bedrock-invocation-analytics",
  "splunk-attack_data-bedrock-claude",
] as const;

// The samples belong to their authors and are not part of the project: they lie beside it, or not at all.
describe.skipIf(!existsSync(samples))(
  "foreign samples (skipped where shared/data does not lie beside the project)",
  () => {
    const root = temporaryFolder();
    const warehouse = join(root, "w.duckdb");
    const logs = join(root, "logs");
    let run: CliRun;

    beforeAll(async () => {
      mkdirSync(logs);
      for (const folder of folders) cpSync(join(samples, folder), join(logs, folder), { recursive: true });
      run = await runCli(["ingest", logs, "--warehouse", warehouse, "--strict"]);
    });

    it("are read without a crash, a quarantine or a rejection", () => {
      expect(run.code).toBe(0);
      expect(run.stderr).toContain("skipped   6 × model invocation log");
      expect(run.stderr).toContain("27 read = 6 Bedrock + 21 other + 0 rejected");
    });

    it("hold what their authors say", async () => {
      const rows = await queryRows(
        warehouse,
        "select split_part(uri, '/', -2) as folder, status, count(*) as objects, sum(records)::int as records, sum(bedrock_events)::int as bedrock from trail_object where reason is distinct from 'not the name of a log file' group by all order by all",
      );
      expect(rows).toEqual([
        { folder: "adanalvarez-TrailDiscover", status: "loaded", objects: 6, records: 6, bedrock: 6 },
        { folder: "aleck31-bedrock-invocation-analytics", status: "skipped", objects: 1, records: 0, bedrock: 0 },
        { folder: "splunk-attack_data-bedrock-claude", status: "skipped", objects: 5, records: 0, bedrock: 0 },
        { folder: "umccr-cloudtrail-parquet-lambda", status: "loaded", objects: 16, records: 21, bedrock: 0 },
      ]);
    });

    it("genuine control-plane events are events and never an invocation", async () => {
      expect(
        await queryRows(
          warehouse,
          "select event_name, record_kind, principal_type, error_code from event order by event_name",
        ),
      ).toEqual(
        [
          "GetKnowledgeBase",
          "ListAgents",
          "ListCustomModels",
          "ListInferenceProfiles",
          "ListKnowledgeBases",
          "ListModelInvocationJobs",
        ].map((event_name) => ({
          event_name,
          record_kind: "other",
          principal_type: "AssumedRole",
          error_code: event_name === "GetKnowledgeBase" ? "AccessDenied" : null,
        })),
      );
      expect(await queryRows(warehouse, "select count(*) as n from invocation")).toEqual([{ n: 0 }]);
      const principals = await queryRows(warehouse, "select distinct principal from event");
      expect(principals).toEqual([
        {
          principal:
            "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/us-east-2/AWSReservedSSO_AdministratorAccess_0123456789abcdef",
        },
      ]);
    });

    it("every other file of the folder is not a log, and none of them stops a run", async () => {
      const all = join(root, "all.duckdb");
      const everything = await runCli(["ingest", samples, "--warehouse", all]);
      expect(everything.code).toBe(0);
      const files = readdirSync(samples, { recursive: true, withFileTypes: true }).filter((entry) =>
        entry.isFile(),
      ).length;
      expect(everything.stderr).toContain(`objects   ${files} listed = `);
      // Policies, keys and profile tables are JSON, but no logs.
      const reasons = await queryRows(all, "select distinct reason from quarantine order by 1");
      expect(reasons.map(({ reason }) => reason)).toEqual(
        expect.arrayContaining(["is not a CloudTrail log: it holds an IAM policy"]),
      );
    });
  },
);
