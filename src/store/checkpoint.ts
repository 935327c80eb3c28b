/** The checkpoint that writes the whole warehouse into its file and empties the log beside it. */
import type { Duck } from "./duck.ts";

/** The number of new events from which a run fills row groups of its own. */
const manyEvents = 30_720;

/**
 * Makes the last change and writes everything into the file. A checkpoint joins the last, partly filled row groups of old
 * and new data: up to 90,000 rows are written again. That suits a warehouse that grows a little each night; a large
 * load would lose a tenth of its time, and the next small run does the same. DuckDB leaves row groups alone while a reader
 * may still need the state before the change.
 */
export async function checkpointAfter(duck: Duck, newEvents: number, change: () => Promise<void>): Promise<void> {
  if (newEvents >= manyEvents) await duck.connection.run("PRAGMA disable_checkpoint_on_shutdown");
  const reader = newEvents < manyEvents ? null : await duck.instance.connect();
  try {
    await reader?.run("BEGIN; SELECT name FROM warehouse.internal.meta");
    await change();
    await duck.connection.run("CHECKPOINT warehouse");
  } finally {
    reader?.closeSync();
  }
}
