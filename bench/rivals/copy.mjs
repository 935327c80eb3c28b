/** The rival: DuckDB's own COPY of a statement, with its defaults. Usage: node copy.mjs DATABASE STATEMENT FORMAT FILE */
import { DuckDBInstance } from "duckdb";

const [database = "", statement = "", format = "", file = ""] = process.argv.slice(2);
const options = { csv: "FORMAT csv", ndjson: "FORMAT json", parquet: "FORMAT parquet" }[format];
const instance = await DuckDBInstance.create(database, { threads: "2", access_mode: "READ_ONLY" });
const connection = await instance.connect();
const result = await connection.run(`COPY (${statement}) TO '${file.replaceAll("'", "''")}' (${options})`);
process.stdout.write(`${result.rowsChanged}\n`);
connection.closeSync();
instance.closeSync();
