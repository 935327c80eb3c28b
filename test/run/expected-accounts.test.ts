/** Accounts that an organization names are expected: one that never delivers is a gap by name, and an organization that does not answer is not silent. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { disconnectAll } from "../../src/aws/connection.ts";
import type { Claim } from "../../src/report/claims.ts";
import type { RunReport } from "../../src/run/run-report.ts";
import { type OrganizationsServer, startOrganizations } from "../support/organizations-server.ts";
import { type CliRun, queryRows, runCli } from "../support/run-cli.ts";
import { useTestCredentials } from "../support/s3-trail.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { bedrockRecord, gzipLog, putFile } from "../support/trail-files.ts";

const root = temporaryFolder();
const now = "2026-09-20T06:00:00Z";
const seconds = (day: string): number => Date.parse(`${day}T15:00:00Z`) / 1000;
const [shop, bank, fresh, shut] = ["111122223333", "222233334444", "333344445555", "444455556666"] as const;
const joined = (Id: string, day: string, State = "ACTIVE"): object => ({ Id, State, JoinedTimestamp: seconds(day) });
const denied = {
  status: 400,
  type: "AccessDeniedException",
  message:
    "User: arn:aws:iam::111122223333:user/x is not authorized to perform: organizations:ListAccounts on resource: *",
};

let server: OrganizationsServer;
let places = 0;

beforeAll(async () => {
  useTestCredentials();
  server = await startOrganizations();
});
beforeEach(() => {
  server.refusals = [];
  server.asked.length = 0;
  // an empty page is not the last one
  server.pages = [
    [joined(shop, "2025-01-01"), joined(shut, "2025-01-01", "SUSPENDED")],
    [],
    // an older endpoint knows only the older word
    [{ Id: bank, Status: "ACTIVE", JoinedTimestamp: seconds("2025-01-01") }, joined(fresh, "2026-09-19")],
  ] as OrganizationsServer["pages"];
});
afterAll(async () => {
  await disconnectAll();
  await server[Symbol.asyncDispose]();
});

interface Place {
  readonly run: (config?: object, time?: string) => Promise<CliRun & { report: RunReport }>;
  readonly check: () => Promise<CliRun>;
  readonly claims: () => Promise<readonly Claim[]>;
  readonly rows: (sql: string) => Promise<Record<string, unknown>[]>;
  readonly metrics: () => string;
}

/** Nine days of logs of the shop and of the bank. */
function place(accounts: readonly string[] = [shop, bank], entry: object = {}): Place {
  const folder = join(root, `place-${places++}`);
  mkdirSync(folder);
  for (const account of accounts)
    for (let day = 11; day <= 19; day++) {
      const name = `${account}_CloudTrail_eu-central-1_202609${day}T2355Z_x.json.gz`;
      const days = ["2026", "09", String(day)];
      putFile(
        join(folder, "logs", "AWSLogs", account, "CloudTrail", "eu-central-1", ...days, name),
        gzipLog([bedrockRecord(day)]),
      );
    }
  const config = join(folder, "spillway.json");
  const warehouse = join(folder, "w.duckdb");
  const expected = [{ organization: true, region: ["eu-central-1"], organizationsEndpoint: server.url, ...entry }];
  const write = (more: object): void => {
    const base = { warehouse, sources: ["logs"], threads: 1, metricsFile: "m.prom", reportFile: "run.json", expected };
    writeFileSync(config, JSON.stringify({ ...base, ...more }));
  };
  return {
    async run(more = {}, time = now) {
      write(more);
      const done = await runCli(["run", "--config", config], {}, time);
      // what our own run report is
      return { ...done, report: JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as RunReport };
    },
    async check() {
      write({});
      return await runCli(["config", "check", "--connect", "--config", config], {}, now);
    },
    async claims() {
      const args = ["report", "claims", "--warehouse", warehouse, "--format", "json"];
      // our own JSON
      return JSON.parse((await runCli(args, {}, now)).stdout) as Claim[];
    },
    rows: async (sql) => await queryRows(warehouse, sql),
    metrics: () => readFileSync(join(folder, "m.prom"), "utf8"),
  };
}

const complete = (claims: readonly Claim[]): Claim | undefined => claims.find(({ claim }) => claim === "complete");

describe("accounts of the organization", { timeout: 60_000 }, () => {
  it("are expected while they are active, each since it joined; one that never delivered is a gap by name", async () => {
    const here = place();
    const { code, report, stderr } = await here.run({ strict: true });
    expect(server.asked).toEqual([null, "page-1", "page-2"]);
    expect(await here.rows("from expected_trail order by account_id")).toEqual(
      [
        [shop, "2025-01-01"],
        [bank, "2025-01-01"],
        [fresh, "2026-09-19"],
      ].map(([account_id, since]) => ({ account_id, region: "eu-central-1", since, named_by: "organizations" })),
    );
    expect(code).toBe(4);
    expect(stderr).toContain(`expected, and never delivered: ${fresh} eu-central-1`);
    expect(report.coverageGaps).toEqual({ "never delivered": 1 });
    expect(await here.rows("select account_id, day, gap from coverage where gap is not null")).toEqual([
      { account_id: fresh, day: "2026-09-19", gap: "never delivered" },
    ]);
    expect(await here.rows("select account_id, expected, gap from freshness order by account_id")).toEqual([
      { account_id: shop, expected: true, gap: null },
      { account_id: bank, expected: true, gap: null },
      { account_id: fresh, expected: true, gap: "never delivered" },
    ]);
    expect(here.metrics()).toContain('spillway_coverage_gaps{gap="never delivered"} 1');
    expect((await here.run({ failOn: ["stale"] })).code).toBe(3);
  });

  it("are met when all of them deliver, and follow the organization", async () => {
    server.pages = [[joined(shop, "2025-01-01"), joined(bank, "2025-01-01")]] as OrganizationsServer["pages"];
    const here = place();
    const first = await here.run({ strict: true });
    expect([first.code, first.stderr.includes("not shown")]).toEqual([0, false]);
    expect(complete(first.report.claims)).toMatchObject({ outcome: "met", missing: null });
    const again = await here.run({ strict: true });
    expect(again.stderr).toContain("nothing new");
    // it leaves: its logs stay, nobody misses later ones
    server.pages = [
      [joined(shop, "2025-01-01"), joined(bank, "2025-01-01", "PENDING_CLOSURE")],
    ] as OrganizationsServer["pages"];
    expect((await here.run()).code).toBe(0);
    expect(await here.rows("select account_id from expected_trail")).toEqual([{ account_id: shop }]);
    // ten days later: it is silent, and nobody is told of it every night
    const later = await here.run({ failOn: ["stale"] }, "2026-09-30T06:00:00Z");
    expect(later.report.findings).toMatchObject([
      { kind: "stale", count: 1, message: expect.stringContaining(`${shop} eu-central-1 (stale)`) },
    ]);
    expect(later.report.coverageGaps).toEqual({ "no file": 10 });
    expect(here.metrics()).toContain("spillway_stale_accounts_regions 1\n");
  });

  it("are not silent on the day on which they join", async () => {
    server.pages = [[joined(shop, "2025-01-01"), joined(fresh, "2026-09-20")]] as OrganizationsServer["pages"];
    const here = place([shop]);
    expect((await here.run({ strict: true, failOn: ["stale"] })).code).toBe(0);
    expect(await here.rows("select expected, gap from freshness where account_id = '333344445555'")).toEqual([
      { expected: true, gap: null },
    ]);
  });

  it("may be left out, and begin later", async () => {
    const here = place([shop], { except: [bank], since: "2026-09-18" });
    await here.run();
    expect(await here.rows("select account_id, since from expected_trail order by 1")).toEqual([
      { account_id: shop, since: "2026-09-18" },
      { account_id: fresh, since: "2026-09-19" },
    ]);
  });

  it("are asked for again when it throttles", async () => {
    server.refusals = [1, 2].map(() => ({ status: 400, type: "TooManyRequestsException", message: "slow down" }));
    const here = place();
    expect((await here.run()).code).toBe(0);
    expect(await here.rows("select count(*)::int as n from expected_trail")).toEqual([{ n: 3 }]);
  });
});

describe("an organization that is not to be read", { timeout: 60_000 }, () => {
  it.each([
    ["refused", denied, "source-denied", "organizations:ListAccounts"],
    [
      "of no account",
      { status: 400, type: "AWSOrganizationsNotInUseException", message: "Your account is not a member" },
      "source-not-found",
      "the account is in no organization",
    ],
    [
      "with expired credentials",
      { status: 400, type: "ExpiredTokenException", message: "The security token included in the request is expired" },
      "credentials",
      "expired",
    ],
  ])(
    "%s: all else is done, the run fails, and which accounts are expected is unknown",
    async (_, refusal, failed, said) => {
      server.refusals = [refusal, refusal];
      const here = place();
      const { code, report, stderr } = await here.run({ boundary: "eu" });
      expect(code).toBe(1);
      expect(stderr).toContain(said);
      expect(report).toMatchObject({
        outcome: "failed",
        failed: [{ what: "expected: the organization", code: failed }],
        changes: { invocations: 9 },
      });
      expect(complete(report.claims)).toMatchObject({
        outcome: "not shown",
        numbers: expect.stringContaining("those expected are unknown"),
        missing: expect.stringContaining("the expected accounts, which are unknown"),
      });
      expect(report.claims.find(({ claim }) => claim === "inside-boundary")?.outcome).not.toBe("met");
      expect(await here.claims()).toEqual(expect.arrayContaining([expect.objectContaining({ outcome: "not shown" })]));
      expect(here.metrics()).toContain("spillway_run_success 0");
      expect(here.metrics()).toContain('spillway_claim{claim="complete",outcome="not shown"} 1');
      expect(await here.rows("select named_by from unread_expectation")).toEqual([{ named_by: "organizations" }]);
    },
  );

  it("keeps expected what was, and is read again the next night", async () => {
    const here = place();
    expect((await here.run()).code).toBe(0);
    server.refusals = [denied];
    const lost = await here.run();
    expect(lost.code).toBe(1);
    expect(await here.rows("select count(*)::int as n from expected_trail")).toEqual([{ n: 3 }]);
    expect(complete(lost.report.claims)?.missing).toContain(`expected, and never delivered: ${fresh} eu-central-1`);
    expect(complete(lost.report.claims)?.numbers).toContain(
      "3 accounts and Regions expected, as far as they were known before",
    );
    const back = await here.run();
    expect(back.code).toBe(0);
    expect(await here.rows("from unread_expectation")).toEqual([]);
    expect(complete(back.report.claims)?.missing).toBe(`expected, and never delivered: ${fresh} eu-central-1`);
    // without the entry nothing of it stays
    await here.run({ expected: [] });
    expect(await here.rows("from expected_trail")).toEqual([]);
  });

  it("without any active account says so", async () => {
    server.pages = [[]];
    const { code, stderr } = await place().run();
    expect(code).toBe(1);
    expect(stderr).toContain("names no active account");
  });
});

it("config check --connect asks the organization, one line", { timeout: 60_000 }, async () => {
  const here = place();
  const sound = await here.check();
  expect(sound.stdout).toContain("ok    expected: the organization: 3 active accounts\n");
  server.refusals = [denied];
  const refused = await here.check();
  expect([refused.code, refused.stdout.split("\n").filter((line) => line.startsWith("FAIL"))]).toEqual([
    1,
    [expect.stringMatching(/^FAIL {2}expected: the organization: access denied .*organizations:ListAccounts/)],
  ]);
});
