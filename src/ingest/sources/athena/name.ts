/** The name of the source: `athena:DATABASE.TABLE`. */
import { parseTableName } from "../../../engines/raw-logs/log-table.ts";
import { SpillwayError } from "../../../errors.ts";

/** The parts of the table's name. @throws SpillwayError `usage` */
export function parseAthenaName(source: string): readonly string[] {
  const name = source.replace(/^athena:/, "");
  const parts = name === "" ? [] : parseTableName(name);
  if (parts.length >= 2) return parts;
  throw new SpillwayError("usage", `${source} names no table with its database`, {
    next: "Write it as athena:DATABASE.TABLE, for example athena:spillway.cloudtrail_log",
  });
}
