/** The warning that nothing is compared where no invocation log is known: a report without rows would read as one without gaps. */
import type { Engine } from "../engines/engine.ts";
import { plainRows } from "../engines/result.ts";
import type { Logger } from "../log.ts";

const found = "SELECT count(*) AS n FROM (SELECT 1 FROM invocation_log LIMIT 1) AS one";
const next = "Load them and the trail into a warehouse: spillway ingest invocation-logs:s3://BUCKET/PREFIX";

/** Says so once. Only a warehouse has invocation logs: other engines are not asked. */
export async function warnWithoutInvocationLogs(engine: Engine, log: Logger): Promise<void> {
  if (engine.name !== "duckdb") {
    log.warn("no invocation logs are known to this engine: nothing is compared with them", { next });
    return;
  }
  const [row] = await plainRows(await engine.run(found));
  if (Number(row?.["n"]) === 0) {
    log.warn("no invocation log was loaded: nothing is compared, which is not the same as no gaps", { next });
  }
}
