/** Which objects are waited for: those of which no run could read any version. */
import { join } from "node:path";
import { expect, it } from "vitest";
import type { LedgerEntry } from "../../src/store/batch.ts";
import { Warehouse } from "../../src/store/warehouse.ts";
import { entriesOf, event, sandbox } from "./helpers.ts";

it("an object that was read before it changed is not waited for, though its new version cannot be read", async () => {
  await using box = await sandbox();
  await using warehouse = await Warehouse.open(join(box.folder, "w.duckdb"), { threads: 1 });
  const commit = async (uri: string, over: Partial<LedgerEntry>): Promise<void> => {
    const objects = entriesOf([event({ object_uri: uri })]).map((entry) => ({
      ...entry,
      records: 0,
      bedrock: 0,
      ...over,
    }));
    await warehouse.commit({ files: [], objects, quarantine: [] });
  };
  const unreadable = { status: "unreadable", reason: "denied" } as const;
  await commit("s3://b/changed", { day: "2026-08-01" });
  await commit("s3://b/changed", { ...unreadable, etag: "2", day: "2026-08-01" });
  expect(await warehouse.oldestUnread(["s3://b/"])).toBe(null);
  await commit("s3://b/never", { ...unreadable, day: "2026-08-02" });
  expect(await warehouse.oldestUnread(["s3://b/"])).toBe("2026-08-02");
});
