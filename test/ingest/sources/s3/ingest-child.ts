/** One run over a bucket as a process of its own, committing every few moments and telling so: `ENDPOINT BUCKET WAREHOUSE`. */
import { ingest } from "../../../../src/ingest/ingest.ts";
import { s3Source } from "../../../../src/ingest/sources/s3/source.ts";
import { Warehouse } from "../../../../src/store/warehouse.ts";

const [endpoint = "", bucket = "", warehouse = ""] = process.argv.slice(2);
// oxlint-disable-next-line typescript/unbound-method -- it is called with its own warehouse below
const commit = Warehouse.prototype.commit;
Warehouse.prototype.commit = async function (batch) {
  const counts = await commit.call(this, batch);
  if (batch.objects.length > 0) process.stdout.write("committed\n");
  return counts;
};
await ingest({
  warehouse,
  threads: 2,
  commitSeconds: 0.1,
  sources: [s3Source(`s3://${bucket}`, { endpoint, from: "2020-01-01", retry: { attempts: 8, baseMs: 1, capMs: 20 } })],
});
