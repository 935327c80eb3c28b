/** The words for it that nothing is compared where no invocation log is known: a report without rows would read as one without gaps. */
import type { Engine } from "../engines/engine.ts";
import { plainRows } from "../engines/result.ts";
import type { Logger } from "../log.ts";

/** The report that compares calls with invocation logs. */
export const invocationLogGaps = "invocation-log-gaps";

const found = "SELECT count(*) AS n FROM (SELECT 1 FROM invocation_log LIMIT 1) AS one";
const next = "Load them and the trail into a warehouse: spillway ingest invocation-logs:s3://BUCKET/PREFIX";

/** The reason why nothing is compared; undefined: invocation logs are there. Only a warehouse has them: other engines are not asked. */
export async function whyNothingCompared(engine: Engine, signal?: AbortSignal): Promise<string | undefined> {
  if (engine.name !== "duckdb") return "no invocation logs are known to this engine: nothing is compared with them";
  const [row] = await plainRows(await engine.run(found, signal));
  return Number(row?.["n"]) === 0
    ? "no invocation log was loaded: nothing is compared, which is not the same as no gaps"
    : undefined;
}

/** Says so once. */
export async function warnWithoutInvocationLogs(engine: Engine, log: Logger): Promise<void> {
  const why = await whyNothingCompared(engine);
  if (why !== undefined) log.warn(why, { next });
}
