/** Owns the proof of the cookbook: every statement in it runs on the warehouse's tables and views, and finds something. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadCatalogue, parseReport, viewName } from "../../src/report/catalogue.ts";
import { type Fixture, openFixture } from "./fixture.ts";
import { events, invocations, regions, trailObjects } from "./organization.ts";

const text = readFileSync(new URL("../../docs/sql-cookbook.md", import.meta.url), "utf8");
const recipes = [...text.matchAll(/^## (.+?)\n[\s\S]*?```sql\n([\s\S]*?)```/gm)].map((match): [string, string] => [
  match[1] ?? "",
  match[2] ?? "",
]);

let db: Fixture;
beforeAll(async () => {
  db = await openFixture();
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
  ] as never); // spreads of rows known to exist
  await db.insert("event", [
    ...events,
    { event_id: "now", invocation_key: "eu-west-1/now", event_time: now, record_kind: "api-call" },
  ]);
  await db.insert("trail_object", trailObjects);
  await db.insert("region", regions);
  await db.insert("inference_profile", [
    { profile_id: "eu.anthropic.claude-opus-5", source_region: "eu-west-1", destination_region: "eu-west-1" },
  ]);
  for (const report of loadCatalogue().values()) {
    if (!report.needsBoundary) await db.exec(`CREATE VIEW ${viewName(report)} AS ${report.sql}`);
  }
});
afterAll(() => db.close());

it("there are more than a dozen, and the test sees every block", () => {
  expect(recipes.length).toBeGreaterThanOrEqual(13);
  expect(recipes).toHaveLength(text.match(/```sql/g)?.length ?? 0);
});

it.each(recipes)("%s", async (_, sql) => {
  expect(await countRows(sql)).toBeGreaterThan(0);
});

async function countRows(sql: string): Promise<number> {
  const rows = await db.rows(`SELECT count(*) AS n FROM (${parseReport("recipe", sql).sql})`);
  return Number(rows[0]?.["n"]);
}
