/** The opening of a working file: the lock, the clearing of leftovers, the file, its schema. */
import { existsSync } from "node:fs";
import { SpillwayError } from "../errors.ts";
import { sideFileError } from "../make-way.ts";
import { type Duck, attach, warehouseError } from "./duck.ts";
import { writeMeta } from "./meta.ts";
import { checkPublished, settleWorkingFile, takeLock } from "./open-checks.ts";
import { replaceFile } from "./publish.ts";
import { ensureSchema } from "./schema.ts";
import { clearLeftovers, workFile } from "./side-files.ts";

/** Attaches the working file of `file` as `warehouse`; a missing one is made from the published file, or new. */
export async function openWorkingFile(duck: Duck, file: string, notice: (message: string) => void): Promise<void> {
  const work = workFile(file);
  await takeLock(duck, file);
  // only now that the lock is held and nobody else is at work
  await clearLeftovers(file);
  const position = await settleWorkingFile(duck, file, notice);
  if (!existsSync(work) && existsSync(file)) {
    await checkPublished(duck, file);
    await replaceFile(file, work);
  }
  const isNew = !existsSync(work);
  await attach(duck, work, "warehouse", "write").catch((error: unknown) => {
    throw warehouseError(error, work);
  });
  await ensureSchema(duck.connection, file, isNew).catch((error: unknown) => {
    // the published file was checked before
    const isForeign = error instanceof SpillwayError && error.code === "warehouse-incompatible";
    throw isForeign ? sideFileError(work, error.message.slice(file.length + 1), error) : error;
  });
  if (existsSync(file))
    await writeMeta(
      duck.connection,
      position === "ahead" ? { published: "true", dirty: "true" } : { published: "true" },
    );
}
