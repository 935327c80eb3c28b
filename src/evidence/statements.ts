/** The statements behind a pack's files: all rows by a total order, so that the same warehouse gives the same bytes. */
import { dayMs } from "../day.ts";
import { jurisdictionRows } from "../reference/jurisdictions.ts";
import { textLiteral, timestampLiteral } from "../sql/literal.ts";
import { filledQuery, readQuery } from "../sql/query-file.ts";
import type { Qualify } from "../sql/scope.ts";
import { withLocalPlaces } from "./local-places.ts";

const read = (name: string): string => readQuery(`duckdb/evidence/${name}.sql`);

export function invocationRows(qualify: Qualify): string {
  return withLocalPlaces(read("invocations"), qualify);
}

export function outsideRows(qualify: Qualify): string {
  return withLocalPlaces(read("outside-boundary"), qualify);
}

export function inputs(qualify: Qualify): string {
  return withLocalPlaces(read("inputs"), qualify);
}

export function figures(): string {
  return read("figures");
}

export function months(): string {
  return read("months");
}

export function strangeRegions(): string {
  return read("strange-regions");
}

export function listedRanges(): string {
  return read("listed-ranges");
}

/** Countries with the adequacy decisions of the reference data. */
export function countries(): string {
  const decisions = jurisdictionRows().map(({ country, adequacy_decision: decision, adequacy_scope: scope }) => {
    const cells = [country, decision, scope].map((text) =>
      text === null ? "cast(NULL AS varchar)" : textLiteral(text),
    );
    return `(${cells.join(", ")})`;
  });
  return filledQuery("duckdb/evidence/countries.sql", { decisions: decisions.join(",\n") });
}

/** The range that is asked about. */
export interface AskedRange {
  readonly from: Date;
  readonly to: Date;
}

export function digests(range: AskedRange, qualify: Qualify): string {
  return withLocalPlaces(ofRange("digests", range), qualify);
}

export function publicKeys(range: AskedRange): string {
  return ofRange("public-keys", range);
}

export function missingLogs(range: AskedRange, qualify: Qualify): string {
  return withLocalPlaces(ofRange("missing-logs", range), qualify);
}

export function listedWithin(range: AskedRange): string {
  return ofRange("listed-within", range);
}

/** The delivery days that the range touches: log files and digests have no finer place. The last hour of a day is digested in the next. */
function ofRange(name: string, { from, to }: AskedRange): string {
  const [first = "", last = ""] = [from, new Date(to.getTime() - 1)].map((time) => time.toISOString().slice(0, 10));
  const end = timestampLiteral(new Date(Date.parse(last) + dayMs + 3_600_000));
  const days = { first: textLiteral(first), last: textLiteral(last), end };
  // the digests of a pack and the keys of a pack are of one choice
  const rangeDigests = filledQuery("duckdb/evidence/range-digests.sql", days);
  return filledQuery(`duckdb/evidence/${name}.sql`, { ...days, range_digests: rangeDigests });
}

/** Tables copied whole into the pack. */
export const wholeTables: readonly (readonly [file: string, sql: string])[] = [
  ["reference/regions", "SELECT *\nFROM region\nORDER BY ALL"],
  ["reference/inference-profiles", "SELECT *\nFROM inference_profile\nORDER BY ALL"],
  ["reference/boundaries", "SELECT *\nFROM boundary\nORDER BY ALL"],
  ["reference/expected-trails", "SELECT *\nFROM expected_trail\nORDER BY ALL"],
];

/** A report's rows in an order that ties cannot change. */
export function inTotalOrder(sql: string): string {
  return `SELECT *\nFROM (\n${sql}\n) AS report\nORDER BY ALL`;
}
