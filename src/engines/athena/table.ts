/** What the data catalog says about a table: its columns, partitions and place. */
import type { Column } from "../../aws/athena-types.ts";
import { SpillwayError } from "../../errors.ts";
import { callAthena } from "./connection.ts";
import type { AthenaAccess } from "./access.ts";

export interface CatalogColumn {
  readonly name: string;
  readonly type: string;
}

export interface AthenaTable {
  readonly name: string;
  readonly columns: readonly CatalogColumn[];
  readonly partitions: readonly CatalogColumn[];
  /** Table properties: `location`, `projection.day.format`, `storage.location.template`, ... */
  readonly parameters: Readonly<Record<string, string>>;
}

const defaultCatalog = "AwsDataCatalog";

/** @throws SpillwayError `config` when there is no such table or database */
export async function describeTable(access: AthenaAccess, name: string, signal?: AbortSignal): Promise<AthenaTable> {
  const { database } = access;
  if (database === null)
    throw new SpillwayError("config", `no database is named for the table ${name}`, {
      next: "Name it with --athena-database.",
    });
  const input = {
    CatalogName: access.catalog ?? defaultCatalog,
    DatabaseName: database,
    TableName: name,
    WorkGroup: access.workgroup,
  };
  try {
    const { TableMetadata: found } = await callAthena(
      access,
      "GetTableMetadata",
      (client, sdk, options) => client.send(new sdk.GetTableMetadataCommand(input), options),
      signal,
    );
    return {
      name: found?.Name ?? name,
      columns: (found?.Columns ?? []).map(column),
      partitions: (found?.PartitionKeys ?? []).map(column),
      parameters: found?.Parameters ?? {},
    };
  } catch (thrown) {
    if (!(thrown instanceof SpillwayError) || !/EntityNotFound|not found/i.test(thrown.message)) throw thrown;
    throw new SpillwayError("config", `Athena has no table ${name} in the database ${database}`, {
      next: "Check --athena-table, --athena-database and --athena-region; spillway athena setup makes a table.",
      cause: thrown,
    });
  }
}

function column({ Name, Type }: Column): CatalogColumn {
  return { name: Name ?? "", type: Type ?? "" };
}
