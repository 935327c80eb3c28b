/** Owns what the overview is made of: the rows of the reports that it sums up. */
import type { Engine } from "../../engines/engine.ts";
import type { OverviewData } from "./overview.ts";
import { type Protection, protectResult } from "../pseudonymise.ts";
import { type PlainRow, plainRows } from "../../engines/result.ts";

export interface OverviewRequest {
  readonly engine: Engine;
  /** The statement of a report of this name, in its scope. */
  readonly statement: (report: string) => string;
  readonly boundary: { readonly name: string; readonly regions: readonly string[] } | undefined;
  readonly protection: Protection | undefined;
  readonly signal: AbortSignal;
}

export async function overviewData(request: OverviewRequest): Promise<OverviewData> {
  const { engine, statement, boundary, protection, signal } = request;
  const rows = async (report: string): Promise<PlainRow[]> => {
    const result = await engine.run(statement(report), signal, report);
    return await plainRows(protection === undefined ? result : protectResult(result, protection));
  };
  return {
    boundary: boundary === undefined ? undefined : { ...boundary, violations: await rows("boundary-violations") },
    regions: await rows("spillover-by-region"),
    principals: await rows("spillover-by-principal"),
    denials: await rows("denials"),
    unobservable: await rows("unobservable"),
    coverage: await rows("coverage"),
  };
}
