/** A report's rows as a table: with its own columns and in its own order, until its bytes are used up. */
import type { Cell } from "../../../engines/engine.ts";
import { grouped, isNumeric, readableText, size } from "../../value-text.ts";
import type { PageColumn, ReportTable } from "../data/page-data.ts";
import { type Markup, html } from "../markup/html.ts";
import { visibleText } from "../markup/visible-text.ts";
import { amount, clipped } from "../markup/words.ts";

/** Longer texts keep both ends. */
const longestText = 300;
/** More columns than this nobody reads; the other formats have them. */
const mostColumns = 60;

/** `maxBytes` is in bytes, about. An open table is one that the reader came for. */
export function reportTable(table: ReportTable, maxBytes: number, open: boolean): Markup {
  const columns = table.columns.slice(0, mostColumns);
  const { rows, cutText, urgent } = writeRows(table, columns, maxBytes);
  const head = columns.map(
    (column) =>
      html`<th scope="col" data-c="${clipped(column.name, 60)}" class="${isNumeric(column) ? "n" : ""}">
        ${heading(column.name)}
      </th>`,
  );
  const title = `${table.title}: ${rows.length === table.total ? amount(table.total, "row") : `the first ${grouped(rows.length)} of ${amount(table.total, "row")}`}`;
  const notes = notesOf(table, { shown: rows.length, columns: columns.length, cutText, urgent });
  const { limits } = table;
  return html`${limits === undefined ? undefined : html`<p class="note">${limits}</p>`}
    <details class="data${extent(columns.length)}" ${open ? html` open` : undefined}>
      <summary>${title}</summary>
      <div class="scroll" role="region" tabindex="0" aria-label="Table: ${table.title}">
        <table class="report" data-report="${table.name}">
          <caption>
            ${table.answers === "" || open ? `${table.title}.` : table.answers} Times are UTC.
          </caption>
          <thead>
            <tr>
              ${head}
            </tr>
          </thead>
          <tbody>
            ${
              rows.length === 0
                ? html`<tr class="none">
                    <td colspan="${columns.length}">No rows</td>
                  </tr>`
                : rows
            }
          </tbody>
        </table>
      </div>
      ${notes}
      <p class="note to-method"><a href="#how-${anchor(table.name)}">How these numbers are computed</a></p>
    </details> `;
}

/** How tightly it has to be set to fit a sheet. */
function extent(columns: number): string {
  if (columns > 30) return " endless";
  if (columns > 16) return " vast";
  return columns > 9 ? " wide" : "";
}

interface Written {
  readonly rows: readonly Markup[];
  readonly cutText: boolean;
  /** Not all rows fit, and those with a gap stand before the others. */
  readonly urgent: boolean;
}

function writeRows(table: ReportTable, columns: readonly PageColumn[], maxBytes: number): Written {
  const inOrder = written(table.rows, columns, maxBytes);
  if (inOrder.rows.length === table.total) return { ...inOrder, urgent: false };
  const gap = table.columns.findIndex(({ name }) => name === "gap");
  if (gap < 0) return { ...inOrder, urgent: false };
  const [whole, holes] = [true, false].map((isWhole) =>
    table.rows.filter((cells) => (cells[gap] === null) === isWhole),
  );
  return { ...written([...(holes ?? []), ...(whole ?? [])], columns, maxBytes), urgent: true };
}

function written(
  all: readonly (readonly Cell[])[],
  columns: readonly PageColumn[],
  maxBytes: number,
): Omit<Written, "urgent"> {
  const rows: Markup[] = [];
  let cutText = false;
  let used = 0;
  for (const cells of all) {
    const row = html`<tr>
      ${columns.map((column, index) => cellMarkup(cells[index] ?? null, column))}
    </tr> `;
    used += Buffer.byteLength(row.markup);
    if (used > maxBytes) break;
    rows.push(row);
    cutText ||= cells.some((cell) => typeof cell === "string" && cell.length > longestText);
  }
  return { rows, cutText };
}

/** Long texts get more width, so that they do not become towers; on paper those that are longer than a Region may break anywhere. */
const widths: readonly (readonly [letters: number, className: string])[] = [
  [90, "w2"],
  [24, "w1"],
  [16, "w0"],
];

/** The exact value of a rounded fraction stands beside it: to sort by, and to check. */
function cellMarkup(cell: Cell, column: PageColumn): Markup {
  if (cell === null) return html`<td class="nil${isNumeric(column) ? " n" : ""}">–</td>`;
  if (cell === "") return html`<td class="nil">(empty)</td>`;
  if (column.type === "double" || column.type === "decimal")
    return html`<td class="n" data-v="${String(cell)}">${readableText(cell, column, true)}</td>`;
  if (isNumeric(column)) return html`<td class="n">${readableText(cell, column, true)}</td>`;
  if (column.type === "timestamp") return html`<td class="t">${readableText(cell, column, true)}</td>`;
  const text = clipped(String(cell), longestText);
  const shown = visibleText(text).length;
  const width = widths.find(([letters]) => shown > letters)?.[1];
  return width === undefined ? html`<td>${text}</td>` : html`<td class="${width}">${text}</td>`;
}

interface Shown {
  readonly shown: number;
  readonly columns: number;
  readonly cutText: boolean;
  readonly urgent: boolean;
}

function notesOf(table: ReportTable, { shown, columns, cutText, urgent }: Shown): Markup {
  const notes: (Markup | string)[] = [];
  if (urgent) notes.push("The rows with a gap stand first.");
  if (shown < table.total) {
    const left = amount(table.total - shown, "more row");
    notes.push(
      table.whole === undefined
        ? html`${left} not shown here. All of them: <code>spillway report ${table.name} --format csv</code>.`
        : html`${left} not shown here. All of them are in <code>${table.whole.file}</code>, SHA-256
            <code class="hash">${table.whole.sha256}</code>.`,
    );
  } else if (table.whole !== undefined) {
    notes.push(
      html`The same rows are in <code>${table.whole.file}</code>, SHA-256
        <code class="hash">${table.whole.sha256}</code>.`,
    );
  }
  if (table.isUnscoped === true)
    notes.push(
      "The range, accounts, Regions and principals asked for have no effect on this report: it is shown whole.",
    );
  if (columns < table.columns.length)
    notes.push(`${amount(table.columns.length - columns, "more column")} not shown here.`);
  if (cutText) notes.push(`Texts of more than ${longestText} characters are shortened in the middle.`);
  return html`${notes.map((note) => html`<p class="note">${note}</p>`)}`;
}

const names: ReadonlyMap<string, string> = new Map([
  ["region", "Region"],
  ["regions", "Regions"],
  ["arn", "ARN"],
]);

/** `source_region` is read as `Source Region`. */
export function heading(name: string): string {
  const words = name.split("_").map((word) => names.get(word) ?? word);
  const text = words.join(" ");
  return size(text) === 0 ? "(no name)" : text.charAt(0).toUpperCase() + clipped(text.slice(1), 40);
}

/** A report's name as part of an id: a file's name may hold anything. */
export function anchor(name: string): string {
  return encodeURIComponent(name).replaceAll(/[^A-Za-z0-9-]/g, "_");
}
