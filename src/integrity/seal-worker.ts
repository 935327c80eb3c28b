/** A worker thread that reads log files and hashes them. */
import { parentPort } from "node:worker_threads";
import { SpillwayError, messageOf } from "../errors.ts";
import { mapAtOnce } from "./map-at-once.ts";
import { readSeal, readsAtOnce } from "./read-seal.ts";
import type { FromSealWorker, ToSealWorker } from "./seal-pool.ts";

const port = parentPort;
if (port === null) throw new Error("this module runs as a worker thread");

async function handle({ id, locators }: ToSealWorker): Promise<FromSealWorker> {
  try {
    return { id, seals: await mapAtOnce(locators, readsAtOnce, readSeal), failure: null };
  } catch (thrown) {
    const known = thrown instanceof SpillwayError ? { code: thrown.code, next: thrown.next } : null;
    return { id, seals: [], failure: { message: messageOf(thrown), known } };
  }
}

port.on("message", (message: ToSealWorker) => {
  void handle(message).then((answer) => port.postMessage(answer));
});
