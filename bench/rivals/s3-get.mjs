// The floor: lists a bucket and gets every object with the SDK, as many threads and requests in flight as Spillway, and throws it away.
//   node s3-get.mjs BUCKET ENDPOINT [list]       `list`: only the listing, one reader for each account and Region, 16 at once
import { availableParallelism } from "node:os";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";

const inFlight = 24;

function connect(endpoint) {
  const agent = { keepAlive: true, maxSockets: 64 };
  return new S3Client({
    endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: new NodeHttpHandler({ httpAgent: agent }),
  });
}

async function* pages(client, Bucket, more = {}) {
  let ContinuationToken;
  do {
    const page = await client.send(new ListObjectsV2Command({ Bucket, ContinuationToken, ...more }));
    yield page;
    ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (ContinuationToken !== undefined);
}

async function folders(client, Bucket, Prefix) {
  const found = [];
  for await (const page of pages(client, Bucket, { Prefix, Delimiter: "/" }))
    found.push(...(page.CommonPrefixes ?? []).map((common) => common.Prefix));
  return found;
}

async function each(items, limit, work) {
  const iterator = items[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: limit }, async () => {
      for (const item of iterator) await work(item);
    }),
  );
}

async function listOnly(bucket, endpoint) {
  const client = connect(endpoint);
  const regions = [];
  for (const account of await folders(client, bucket, "AWSLogs/"))
    regions.push(...(await folders(client, bucket, `${account}CloudTrail/`)));
  let objects = 0;
  await each(regions, 16, async (Prefix) => {
    for await (const page of pages(client, bucket, { Prefix })) objects += page.Contents?.length ?? 0;
  });
  client.destroy();
  return objects;
}

/** Each worker asks for the next keys when it has room. */
async function getAll(bucket, endpoint) {
  const client = connect(endpoint);
  const listing = pages(client, bucket);
  let objects = 0;
  let bytes = 0;
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      const worker = new Worker(new URL(import.meta.url), { workerData: { bucket, endpoint } });
      const answer = () => new Promise((done, fail) => worker.once("message", done).once("error", fail));
      for await (const page of { [Symbol.asyncIterator]: () => ({ next: () => listing.next() }) }) {
        const keys = (page.Contents ?? []).map((object) => object.Key);
        worker.postMessage(keys);
        objects += keys.length;
        bytes += await answer();
      }
      await worker.terminate();
    }),
  );
  client.destroy();
  return `${objects} objects, ${bytes} bytes`;
}

if (isMainThread) {
  const [bucket, endpoint, mode] = process.argv.slice(2);
  console.log(mode === "list" ? await listOnly(bucket, endpoint) : await getAll(bucket, endpoint));
} else {
  const { bucket, endpoint } = workerData;
  const client = connect(endpoint);
  parentPort.on("message", async (keys) => {
    let bytes = 0;
    await each(keys, inFlight, async (Key) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
      for await (const chunk of Body) bytes += chunk.length;
    });
    parentPort.postMessage(bytes);
  });
}
