/** The plain table of boundaries has a Region once for each name: no call counts twice for that. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { findReport, loadCatalogue } from "../../src/report/catalogue.ts";
import { type Fixture, openFixture } from "./fixture.ts";
import { invocations } from "./organization.ts";

let db: Fixture;
beforeAll(async () => {
  db = await openFixture();
  await db.insert("invocation", invocations.slice(0, 3));
  await db.exec("CREATE TABLE boundary AS FROM (VALUES ('eu', 'eu-west-1'), ('eea', 'eu-west-1')) t(name, region)");
});
afterAll(() => db.close());

it.each([
  ["boundary-timeline", { invocations: 3, inside: 1, outside: 2, unknown: 0 }],
  ["boundary-violations", { served_region: "eu-central-1", invocations: 2 }],
])("%s", async (name, expected) => {
  const { sql } = findReport(loadCatalogue(), name);
  expect(await db.rows(sql)).toEqual([expect.objectContaining(expected)]);
});
