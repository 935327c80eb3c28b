/** The AWS Regions with country and jurisdiction. */
import { type DataFile, dataFile } from "./data-file.ts";

/** One row of the table `region`. */
export interface RegionRow {
  readonly region: string;
  readonly name: string;
  readonly country: string;
  readonly country_name: string;
  readonly eu_member: boolean;
  readonly eea_member: boolean;
  readonly partition: string;
  readonly jurisdiction: string;
  readonly as_of: string;
}

type StoredRegion = Omit<RegionRow, "as_of">;

const file: () => DataFile<StoredRegion> = dataFile("regions.json");
let rows: readonly RegionRow[] | undefined;
let byCode: ReadonlyMap<string, RegionRow> | undefined;

/** Rows of the table `region`, columns in the table's order. */
export function regionRows(): readonly RegionRow[] {
  rows ??= file().rows.map((row) => ({ ...row, as_of: file().as_of }));
  return rows;
}

export function findRegion(code: string): RegionRow | undefined {
  byCode ??= new Map(regionRows().map((row) => [row.region, row]));
  return byCode.get(code);
}
