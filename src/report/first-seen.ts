/** The basis of `--fail-on first-seen`: the first times in the range, and whether anything before it is known. */
import { SpillwayError } from "../errors.ts";
import type { Engine } from "../engines/engine.ts";
import { plainRows } from "../engines/result.ts";

export interface FirstSeenFinding {
  readonly kind: "first-seen";
  readonly count: number;
  readonly message: string;
}

export interface FirstTimes {
  readonly findings: readonly FirstSeenFinding[];
  /** R11: where nothing before the range is loaded, everything looks new, and nothing is shown to be. */
  readonly notShown: readonly string[];
}

/** `statement`: the report first-seen in its scope. */
export async function firstTimes(engine: Engine, statement: string, signal?: AbortSignal): Promise<FirstTimes> {
  const rows = await plainRows(await engine.run(statement, signal, "first-seen"));
  if (rows.length === 0) return { findings: [], notShown: [] };
  if (rows.every((row) => row["known_since"] === null))
    return { findings: [], notShown: ["first-seen not shown: missing what happened before the range"] };
  const names = rows
    .slice(0, 3)
    .map((row) => `${String(row["what"])} ${String(row["value"])}${placeOf(row["served_region"], row["account_id"])}`);
  const more = rows.length > 3 ? ` and ${(rows.length - 3).toLocaleString("en-US")} more` : "";
  const doubtful = rows.filter((row) => row["missing"] !== null).length;
  const doubt = doubtful === 0 ? "" : `; ${doubtful.toLocaleString("en-US")} not sure, see the column missing`;
  return {
    findings: [
      {
        kind: "first-seen",
        count: rows.length,
        message: `first seen in the range: ${names.join(", ")}${more}${doubt}`,
      },
    ],
    notShown: [],
  };
}

function placeOf(region: unknown, account: unknown): string {
  return typeof region === "string" ? ` in ${region}` : ` of ${String(account)}`;
}

/** @throws SpillwayError where the range has no beginning: then everything in it is there for the first time */
export function checkHasBeginning(from: Date | undefined): void {
  if (from !== undefined) return;
  throw new SpillwayError(
    "usage",
    "--fail-on first-seen needs a range with a beginning: without one everything is new",
    {
      next: "Add --from, for example the first day of this week.",
    },
  );
}
