import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DayRange } from "../../../../src/ingest/sources/s3/days.ts";
import { addDays } from "../../../../src/day.ts";
import { planListing } from "../../../../src/ingest/sources/s3/plan-listing.ts";

const folder = "AWSLogs/111122223333/CloudTrail/eu-west-1/";
const range = (from: string | null, to: string | null): DayRange => ({
  from,
  to,
  why: "asked",
  advances: false,
  deep: false,
});
const scope = { trailFolders: [folder], wholePrefixes: [] };

describe("planListing", () => {
  it("bounds a folder by days", () => {
    expect(planListing(scope, range("2026-09-12", null), "2026-09-14", 1)).toEqual([
      { prefix: folder, startAfter: `${folder}2026/09/12/`, endBefore: null },
    ]);
    expect(planListing(scope, range(null, "2026-09-30"), "2026-10-14", 8)).toEqual([
      { prefix: folder, startAfter: null, endBefore: `${folder}2026/10/01/` },
    ]);
  });

  it("deals the days out when there are fewer folders than readers", () => {
    expect(planListing(scope, range("2026-09-11", null), "2026-09-14", 2)).toEqual([
      { prefix: folder, startAfter: `${folder}2026/09/11/`, endBefore: `${folder}2026/09/13/` },
      { prefix: folder, startAfter: `${folder}2026/09/13/`, endBefore: null },
    ]);
  });

  it("lists whole prefixes without bounds, and nothing for an empty range", () => {
    const whole = { trailFolders: [folder], wholePrefixes: ["x/2026/09/"] };
    expect(planListing(whole, range("2026-09-02", "2026-09-01"), "2026-09-14", 4)).toEqual([
      { prefix: "x/2026/09/", startAfter: null, endBefore: null },
    ]);
  });

  it("covers every day of the range exactly once, and no other, however many readers there are", () => {
    const day = fc.integer({ min: 0, max: 400 }).map((offset) => addDays("2026-01-01", offset));
    fc.assert(
      fc.property(
        day,
        fc.integer({ min: 0, max: 120 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 40 }),
        day,
        (from, length, open, readers, probe) => {
          const to = addDays(from, length);
          const tasks = planListing(scope, range(from, open ? null : to), to, readers);
          const key = `${folder}${probe.replaceAll("-", "/")}/111122223333_CloudTrail_x.json.gz`;
          const hits = tasks.filter(
            ({ startAfter, endBefore }) =>
              (startAfter === null || key > startAfter) && (endBefore === null || key < endBefore),
          );
          expect(hits.length).toBe(probe >= from && (open || probe <= to) ? 1 : 0);
          expect(tasks.length).toBeLessThanOrEqual(readers);
        },
      ),
    );
  });
});
