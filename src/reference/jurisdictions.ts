/** The standing of countries with AWS Regions in EU law: member, EEA, or adequacy decision; dated and sourced, never part of a boundary. */
import { type DataFile, dataFile } from "./data-file.ts";

export interface JurisdictionRow {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly country_name: string;
  readonly eu_member: boolean;
  readonly eu_since: string | null;
  readonly eea_member: boolean;
  readonly eea_since: string | null;
  /** The scope of the adequacy decision; null without one. */
  readonly adequacy_scope: string | null;
  readonly adequacy_decision: string | null;
  readonly adequacy_since: string | null;
  readonly source: string;
  readonly as_of: string;
}

const file: () => DataFile<Omit<JurisdictionRow, "as_of">> = dataFile("jurisdictions.json");

export function jurisdictionRows(): readonly JurisdictionRow[] {
  return file().rows.map((row) => ({ ...row, as_of: file().as_of }));
}
