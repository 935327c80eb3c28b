/** Log files as others make them: the shapes in files of our own, and the files themselves where they lie beside the project. */
import { cpSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { type CliRun, queryRows, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { bedrockRecord, putFile } from "../support/trail-files.ts";

const samples = fileURLToPath(new URL("../../../shared/data/", import.meta.url));
const folders = [
  "adanalvarez-TrailDiscover",
  "umccr-cloudtrail-parquet-lambda",
  "aleck31-bedrock-invocation-analytics",
  "splunk-attack_data-bedrock-claude",
] as const;

const root = temporaryFolder();

/** Somebody signed in through Identity Center, as an administrator's console and CLI do. */
const administrator = {
  type: "AssumedRole",
  principalId: "AROAEXAMPLE:ada",
  arn: "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/ada",
  accountId: "111122223333",
  sessionContext: {
    sessionIssuer: {
      type: "Role",
      arn: "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef",
      accountId: "111122223333",
    },
  },
};

/** Who calls, through the years in which the format grew. */
const identities: Readonly<Record<string, unknown>> = {
  "1.0": { type: "IAMUser", principalId: "EX", arn: "arn:aws:iam::111122223333:user/ada", accountId: "111122223333" },
  "1.01": { type: "Root", arn: "arn:aws:iam::111122223333:root", accountId: "111122223333" },
  "1.02": { type: "IAMUser", userName: "ada" },
  "1.03": { type: "AssumedRole", arn: "arn:aws:sts::111122223333:assumed-role/app/run", accountId: "111122223333" },
  "1.04": { type: "AWSService", invokedBy: "AWS Internal" },
  "1.05": { type: "AWSAccount", principalId: "AIDAEXAMPLE", accountId: "444455556666" },
  "1.06": { type: "FederatedUser", arn: "arn:aws:sts::111122223333:federated-user/ada", accountId: "111122223333" },
  "1.07": { type: "WebIdentityUser", principalId: "idp:app:ada", userName: "ada", identityProvider: "idp" },
  "1.08": { type: "SAMLUser", principalId: "x:ada", userName: "ada", identityProvider: "x" },
  "1.09": { type: "Unknown" },
  "1.10": { type: "IdentityCenterUser", onBehalfOf: { userId: "u-1", identityStoreArn: "arn:aws:identitystore::1:x" } },
  "1.11": administrator,
};

describe("shapes that others write", () => {
  const warehouse = join(root, "own.duckdb");
  const logs = join(root, "own");
  const controlPlane = ["GetKnowledgeBase", "ListAgents", "ListCustomModels", "ListInferenceProfiles"];
  let run: CliRun;

  beforeAll(async () => {
    // bare arrays, one record in each, masked names, a denial without a message
    for (const [n, eventName] of controlPlane.entries()) {
      const denied = eventName === "GetKnowledgeBase" ? { errorCode: "AccessDenied" } : {};
      const record = bedrockRecord(n, {
        eventName,
        userIdentity: administrator,
        requestParameters: null,
        additionalEventData: undefined,
        readOnly: true,
        ...denied,
      });
      putFile(join(logs, "events", `${eventName}.json`), JSON.stringify([record], null, 4));
    }
    // every version of the format and every kind of identity, of other services
    for (const [eventVersion, userIdentity] of Object.entries(identities)) {
      const record = { eventVersion, userIdentity, eventSource: "iam.amazonaws.com", eventName: "CreateRole" };
      putFile(join(logs, "versions", `${eventVersion.replace(".", "_")}.json`), JSON.stringify({ Records: [record] }));
    }
    const said = { schemaType: "ModelInvocationLog", schemaVersion: "1.0", operation: "Converse", requestId: "r" };
    const lines = [said, { ...said, inferenceRegion: "us-west-2" }].map((line) => JSON.stringify(line));
    putFile(join(logs, "prompts", "records.jsonl"), lines.join("\n"));
    putFile(join(logs, "prompts", "records.ndjson"), `${lines.join("\n")}\n`);
    putFile(join(logs, "events", "SOURCE.md"), "# where these come from");
    run = await runCli(["ingest", logs, "--warehouse", warehouse, "--strict"]);
  });

  it("are read without a crash, a quarantine or a rejection", () => {
    expect(run.code, run.stderr).toBe(0);
    expect(run.stderr).toContain("skipped   2 × model invocation log");
    expect(run.stderr).toContain("16 read = 4 Bedrock + 12 other + 0 rejected");
  });

  it("control-plane events are events, and never an invocation", async () => {
    const sql = "select event_name, record_kind, principal_type, error_code, principal from event order by event_name";
    expect(await queryRows(warehouse, sql)).toEqual(
      controlPlane.map((event_name) => ({
        event_name,
        record_kind: "other",
        principal_type: "AssumedRole",
        error_code: event_name === "GetKnowledgeBase" ? "AccessDenied" : null,
        principal: administrator.sessionContext.sessionIssuer.arn,
      })),
    );
    expect(await queryRows(warehouse, "select count(*) as n from invocation")).toEqual([{ n: 0 }]);
  });

  it("each identity of those versions gives a call its principal, or none, and no call is lost", async () => {
    const calls = join(root, "calls");
    const records = Object.entries(identities).map(([eventVersion, userIdentity], n) =>
      bedrockRecord(50 + n, { eventVersion, userIdentity }),
    );
    putFile(join(calls, "calls.json"), JSON.stringify({ Records: records }));
    const file = join(root, "calls.duckdb");
    expect((await runCli(["ingest", calls, "--warehouse", file, "--strict"])).code).toBe(0);
    const sql =
      "select e.event_version as version, i.principal_type as type, i.principal from invocation i join event e using (invocation_key) order by e.request_id";
    expect((await queryRows(file, sql)).map((row) => [row["version"], row["type"], row["principal"]])).toEqual([
      ["1.0", "IAMUser", "arn:aws:iam::111122223333:user/ada"],
      ["1.01", "Root", "arn:aws:iam::111122223333:root"],
      ["1.02", "IAMUser", null],
      ["1.03", "AssumedRole", "arn:aws:iam::111122223333:role/app"],
      ["1.04", "AWSService", "AWS Internal"],
      ["1.05", "AWSAccount", "444455556666"],
      ["1.06", "FederatedUser", "arn:aws:sts::111122223333:federated-user/ada"],
      ["1.07", "WebIdentityUser", "idp:app:ada"],
      ["1.08", "SAMLUser", "x:ada"],
      ["1.09", "Unknown", null],
      ["1.10", "IdentityCenterUser", "u-1"],
      ["1.11", "AssumedRole", administrator.sessionContext.sessionIssuer.arn],
    ]);
  });

  it("JSON that is not a log says what it is", async () => {
    const papers = join(root, "papers");
    putFile(join(papers, "scp.json"), JSON.stringify({ Version: "2012-10-17", Statement: [] }));
    const file = join(root, "papers.duckdb");
    await runCli(["ingest", papers, "--warehouse", file]);
    expect(await queryRows(file, "select reason from quarantine")).toEqual([
      { reason: "is not a CloudTrail log: it holds an IAM policy" },
    ]);
  });
});

// The samples belong to their authors and are not part of the project. What they hold stands above; here they are read as they are.
if (existsSync(samples))
  describe("foreign samples", () => {
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
  });
