/** HTML: one result as a page that stands alone. */
import type { OutputStream } from "../../effects.ts";
import type { Result } from "../../engines/engine.ts";
import { type Described, buildResultPage } from "../page/build-page.ts";
import { pageHead } from "../page/head.ts";
import { renderPage } from "../page/page.ts";
import { type FormatOptions, send } from "./format.ts";

/** A result that is not a report. */
const unnamed: Described = { name: "result", title: "Result", answers: "", columns: [], sql: "" };

export async function writeHtml(result: Result, output: OutputStream, options: FormatOptions = {}): Promise<number> {
  const { report = unnamed, head } = options.page ?? {};
  const plain = pageHead({ scope: {}, boundaryName: undefined, engine: "duckdb", protection: undefined });
  const data = await buildResultPage(report, result, head ?? plain);
  await send(output, renderPage(data));
  return data.tables[0]?.total ?? 0;
}
