/** The proof of the cookbook: every statement in it runs on the warehouse's tables and views, and finds something. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseReport } from "../../src/report/catalogue.ts";
import { boundaryTable } from "../../src/schema/tables.ts";
import { reportViews } from "../../src/sql/report-views.ts";
import { createTableSql } from "../../src/store/ddl.ts";
import { type Fixture, openFixture } from "./fixture.ts";
import { events, invocations, regions, trailObjects } from "./organization.ts";

const text = readFileSync(new URL("../../docs/sql-cookbook.md", import.meta.url), "utf8");
const recipes = [...text.matchAll(/^## (.+?)\n(?:(?!^## )[\s\S])*?```sql\n([\s\S]*?)```/gm)].map(
  (match): [string, string] => [match[1] ?? "", match[2] ?? ""],
);

let db: Fixture;
beforeAll(async () => {
  db = await openFixture();
  await db.exec(createTableSql(boundaryTable));
  await db.insert("boundary", [{ name: "eu", region: "eu-west-1", source: "reference" }]);
  const midnight = new Date().setUTCHours(0, 0, 0, 0);
  const now = new Date(Date.now() - 3_600_000).toISOString().slice(0, 19).replace("T", " ");
  await db.insert("invocation", invocations);
  // for the questions about "now" and about what is rare
  await db.insert("invocation", [
    {
      ...invocations[1],
      invocation_key: "eu-west-1/now",
      event_time: now,
      principal: "a new one",
      bearer_token: true,
      via_console: true,
    },
    {
      ...invocations[13],
      invocation_key: "eu-west-1/denied",
      principal: "arn:aws:iam::111122223333:role/apps/invoice-bot",
      model_id: "eu.x",
      event_time: now,
    },
    { ...invocations[1], invocation_key: "eu-west-1/before", model_id: "eu.x" },
    // each hour of the days around yesterday, wherever on earth they begin
    ...Array.from({ length: 96 }, (_, hour) => ({
      ...invocations[1],
      invocation_key: `eu-west-1/hour-${hour}`,
      event_time: new Date(midnight + (hour - 48) * 3_600_000).toISOString().slice(0, 19).replace("T", " "),
      request_id: `hour ${hour - 48}`,
    })),
  ] as never); // spreads of rows known to exist
  await db.insert("event", [
    ...events,
    { event_id: "now", invocation_key: "eu-west-1/now", event_time: now, record_kind: "api-call" },
    { event_id: "last", invocation_key: "eu-west-1/hour-95", event_time: now, record_kind: "api-call" },
  ]);
  await db.insert("trail_object", trailObjects);
  await db.insert("region", regions);
  await db.insert("inference_profile", [
    { profile_id: "eu.anthropic.claude-opus-5", source_region: "eu-west-1", destination_region: "eu-west-1" },
  ]);
  for (const view of reportViews()) await db.exec(`CREATE OR REPLACE VIEW ${view.name} AS ${view.sql}`);
});
afterAll(() => db.close());

it("there are more than a dozen, and the test sees every block", () => {
  expect(recipes.length).toBeGreaterThanOrEqual(13);
  expect(recipes).toHaveLength(text.match(/```sql/g)?.length ?? 0);
});

it.each(recipes)("%s", async (_, sql) => {
  expect(await countRows(sql)).toBeGreaterThan(0);
});

it("yesterday is the whole of yesterday, UTC, and nothing else", async () => {
  const rows = await db.rows(statement(recipes[0]?.[1] ?? ""));
  const found = rows.map((row) => String(row["request_id"])).filter((id) => id.startsWith("hour"));
  expect(found).toEqual(Array.from({ length: 24 }, (_, hour) => `hour ${hour - 24}`));
});

/** Every recipe and every view: what it gives, in its order. */
async function answers(): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  const asText = async (sql: string) => await db.rows(`SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (${sql})`);
  for (const [title, sql] of recipes) found[title] = await asText(statement(sql));
  for (const { name } of reportViews()) found[name] = await asText(`FROM ${name}`);
  return found;
}

it("gives the same in every time zone of a client", async () => {
  await db.exec("SET TimeZone = 'Pacific/Kiritimati'");
  const first = await answers();
  await db.exec("SET TimeZone = 'Pacific/Pago_Pago'");
  expect(await answers()).toEqual(first);
  await db.exec("RESET TimeZone");
});

it("gives the same rows in the same order, however the tables lie", async () => {
  await db.exec("SET threads = 1");
  // ties in every count and every time
  const columns = ["principal", "account_id", "model", "model_id", "profile_id", "source_region", "served_region"];
  for (const column of [...columns, "denied_policy_arn"])
    await db.exec(
      `INSERT INTO invocation SELECT * REPLACE (${column} || '-b' AS ${column}, invocation_key || '${column}' AS invocation_key) FROM invocation`,
    );
  await db.exec(`INSERT INTO event SELECT * REPLACE (event_id || '-b' AS event_id) FROM event;
INSERT INTO trail_object SELECT * REPLACE (account_id || '9' AS account_id) FROM trail_object;
INSERT INTO trail_object SELECT * REPLACE (region || '-b' AS region) FROM trail_object;
INSERT INTO inference_profile SELECT p.* REPLACE (d AS destination_region) FROM inference_profile AS p, unnest(['eu-north-1', 'eu-south-1', 'eu-west-3']) AS t(d)`);
  const lay = async (salt: number): Promise<void> => {
    for (const table of ["invocation", "event", "trail_object", "inference_profile", "region", "boundary"])
      await db.exec(
        `CREATE TEMP TABLE laid AS SELECT * FROM ${table} ORDER BY hash(${table}, ${salt}); DELETE FROM ${table}; INSERT INTO ${table} FROM laid; DROP TABLE laid`,
      );
  };
  await lay(0);
  const first = await answers();
  for (const salt of [1, 2, 3]) {
    await lay(salt);
    const again = await answers();
    for (const [title, rows] of Object.entries(first)) expect(again[title], title).toEqual(rows);
  }
});

function statement(sql: string): string {
  return parseReport("recipe", sql).sql;
}

async function countRows(sql: string): Promise<number> {
  const rows = await db.rows(`SELECT count(*) AS n FROM (${statement(sql)})`);
  return Number(rows[0]?.["n"]);
}
