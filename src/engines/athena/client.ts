/** The door to Athena for the report engine and the `athena:` source alike: statements, results, workgroups, tables. */
export { type AthenaAccess, type AthenaOptions, athenaAccess } from "./access.ts";
export { type AthenaColumn, type StatementResult, readResult } from "./result.ts";
export { resultAccess } from "./connection.ts";
export { type Execution, type Statement, type StatementCall, type Statistics, runStatement } from "./statement.ts";
export { type AthenaTable, describeTable } from "./table.ts";
export { type Workgroup, describeWorkgroup } from "./workgroup.ts";
