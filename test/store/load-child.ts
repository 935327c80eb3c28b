/** A process that loads staged files one by one and publishes, to be killed at any moment. Objects are named after the files. */
import { basename } from "node:path";
import { Warehouse } from "../../src/store/warehouse.ts";
import { entryOf } from "./ledger-entry.ts";

const [file, ...staged] = process.argv.slice(2);
if (file === undefined) throw new Error("no warehouse given");

await using warehouse = await Warehouse.open(file, { threads: 1 });
const candidates = staged.map((path) => ({ uri: `file:${basename(path)}`, etag: "1", size: 1 }));
await warehouse.startRun("test", new Date(0));
for (const { index } of await warehouse.unknownObjects(candidates)) {
  const path = staged[index];
  const candidate = candidates[index];
  if (path === undefined || candidate === undefined) continue;
  await warehouse.commit({
    files: [path],
    objects: [entryOf(candidate)],
    quarantine: [],
  });
}
await warehouse.publish();
