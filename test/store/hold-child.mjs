// Opens a DuckDB file as a client would, says so, and holds it until it is told to end. With "write" it leaves a change in the WAL.
import { DuckDBInstance } from "duckdb";

const [file, mode] = process.argv.slice(2);
const instance = await DuckDBInstance.create(file, mode === "read" ? { access_mode: "READ_ONLY" } : {});
const connection = await instance.connect();
if (mode === "write") await connection.run("CREATE TABLE IF NOT EXISTS mine (a INTEGER); INSERT INTO mine VALUES (1)");
process.stdout.write("ready\n");
process.stdin.on("data", () => undefined);
process.stdin.on("end", () => process.exit(0));
