/** What a pack says first: the question, the claims with what decides them, and the figures. */
import type { Cell, Engine } from "../engines/engine.ts";
import { plainRows } from "../engines/result.ts";
import type { Boundary } from "../report/boundary.ts";
import type { Report } from "../report/catalogue.ts";
import type { Protection } from "../privacy/stand-ins.ts";
import { version } from "../version.ts";
import { packSchema } from "./layout.ts";
import { figures, strangeRegions } from "./statements.ts";

export interface Question {
  readonly boundary: Boundary;
  readonly from: Date;
  readonly to: Date;
  readonly asOf: Date;
  readonly protection: Protection | undefined;
}

export interface Claim {
  readonly claim: string;
  readonly outcome: string;
  readonly numbers: string;
  readonly missing: string | null;
}

export interface Summary {
  readonly schema: number;
  readonly spillway: string;
  readonly answer: string;
  readonly boundary: { readonly name: string; readonly regions: readonly string[] };
  readonly from: string;
  /** End of the range, not included. */
  readonly to: string;
  readonly asOf: string;
  readonly personalData: PersonalData;
  readonly claims: readonly Claim[];
  readonly figures: Readonly<Record<string, number>>;
  /** Regions that served and are missing in the reference data; they count as outside. */
  readonly strangeRegions: readonly string[];
}

export type PersonalData = "left out" | "replaced by keyed hashes" | "kept";

export function personalDataOf(protection: Protection | undefined): PersonalData {
  if (protection === undefined) return "kept";
  return "key" in protection ? "replaced by keyed hashes" : "left out";
}

export interface Statements {
  readonly engine: Engine;
  /** A statement in the scope of the question. */
  readonly scoped: (sql: string) => string;
  readonly signal: AbortSignal;
}

export async function summarize(
  { boundary, from, to, asOf, protection }: Question,
  claimsReport: Report,
  { engine, scoped, signal }: Statements,
): Promise<Summary> {
  const rows = await plainRows(await engine.run(scoped(claimsReport.sql), signal, "claims"));
  const claims = rows.map((row) => ({
    claim: String(row["claim"]),
    outcome: String(row["outcome"]),
    numbers: String(row["numbers"]),
    missing: textOrNull(row["missing"]),
  }));
  const strangers = await plainRows(await engine.run(scoped(strangeRegions()), signal, "strange Regions"));
  const [counted = {}] = await plainRows(await engine.run(scoped(figures()), signal, "figures"));
  return {
    schema: packSchema,
    spillway: version,
    answer: answerOf(claims, boundary.name, from, to),
    boundary: { name: boundary.name, regions: boundary.regions.toSorted() },
    from: from.toISOString(),
    to: to.toISOString(),
    asOf: asOf.toISOString(),
    personalData: personalDataOf(protection),
    claims,
    figures: Object.fromEntries(Object.entries(counted).map(([name, count]) => [name, Number(count)])),
    strangeRegions: strangers.map((row) => String(row["served_region"])),
  };
}

function textOrNull(cell: Cell | undefined): string | null {
  return cell === null || cell === undefined ? null : String(cell);
}

/** One sentence: processed in, never transferred. */
export function answerOf(claims: readonly Claim[], boundary: string, from: Date, to: Date): string {
  const inside = claims.find(({ claim }) => claim === "inside-boundary");
  const range = `from ${from.toISOString()} to ${to.toISOString()} (not included)`;
  const what = `Amazon Bedrock inference ${range} was processed in the boundary ${boundary}`;
  if (inside === undefined) return `${what}: not shown`;
  const missing = inside.missing === null ? "" : `; missing: ${inside.missing}`;
  return `${what}: ${inside.outcome} (${inside.numbers}${inside.outcome === "not shown" ? missing : ""})`;
}
