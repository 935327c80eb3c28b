/** One run over a bucket as a process of its own, committing every few moments: `ENDPOINT BUCKET WAREHOUSE`. */
import { ingest } from "../../../src/ingest/ingest.ts";
import { s3Source } from "../../../src/ingest/s3/source.ts";

const [endpoint = "", bucket = "", warehouse = ""] = process.argv.slice(2);
await ingest({
  warehouse,
  threads: 2,
  commitSeconds: 0.1,
  sources: [s3Source(`s3://${bucket}`, { endpoint, from: "2020-01-01", retry: { attempts: 8, baseMs: 1, capMs: 20 } })],
});
