/** The limit that ingesting is compared with: bare inflating of all files on two threads. Usage: node gunzip.mjs DIR [THREADS] */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { gunzipSync } from "node:zlib";

if (isMainThread) {
  const [folder = ".", threads = "2"] = process.argv.slice(2);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json.gz"))
    .map((name) => join(folder, name));
  const next = new Int32Array(new SharedArrayBuffer(4));
  const workers = Array.from(
    { length: Number(threads) },
    () => new Worker(new URL(import.meta.url), { workerData: { files, next } }),
  );
  const bytes = await Promise.all(
    workers.map((worker) => new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject))),
  );
  process.stdout.write(
    `${JSON.stringify({ files: files.length, bytes: bytes.reduce((sum, part) => sum + part, 0) })}\n`,
  );
} else {
  const { files, next } = workerData;
  let bytes = 0;
  for (let index = Atomics.add(next, 0, 1); index < files.length; index = Atomics.add(next, 0, 1)) {
    const packed = readFileSync(files[index]);
    // The last four bytes of a gzip file are its uncompressed length: one output buffer of the right size.
    const size = packed.readUInt32LE(packed.length - 4);
    bytes += gunzipSync(packed, { chunkSize: Math.max(64, Math.min(size, 64 * 1024 * 1024)) }).length;
  }
  parentPort?.postMessage(bytes);
}
