/** Writing all of the warehouse into its file, so that nothing of it stands in a log beside it. */
import type { Duck } from "./duck.ts";

/** A run with so many new events has filled row groups of its own. */
const manyEvents = 30_720;

/**
 * Makes the last change and writes everything into the file. A checkpoint joins the last row groups that are not full, of what was
 * there and what is new: up to 90,000 rows are written again. That keeps a warehouse in shape that grows a little each night; a large
 * load would lose a tenth of its time, and the next small run does it as well. DuckDB leaves row groups as they are while somebody
 * might still read what was there before the change.
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
