/** The page as a whole: one HTML file without network, whatever its data, and never larger than its limit. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { PageData, ReportTable } from "./data/page-data.ts";
import { type Markup, html, trusted } from "./markup/html.ts";
import { answerSection, question } from "./sections/answer.ts";
import { blindSection } from "./sections/blind.ts";
import { coverageSection } from "./sections/coverage.ts";
import { deniedSection } from "./sections/denied.ts";
import { flowSection } from "./sections/flow.ts";
import { methodSection } from "./sections/method.ts";
import { peaksSection } from "./sections/peaks.ts";
import { placesSection } from "./sections/places.ts";
import { reportTable } from "./sections/report-table.ts";
import { scopeFacts } from "./sections/scope.ts";
import { type Section, type SectionInput, sectionMarkup } from "./sections/section.ts";
import { outsideSection } from "./sections/outside.ts";
import { otherSections } from "./sections/tables.ts";
import { timeSection } from "./sections/time.ts";
import { tokensSection } from "./sections/tokens.ts";
import { modelsSection, whoSection } from "./sections/who.ts";

/** Bytes: larger files are slow to open and do not pass by mail. */
export const pageLimit = 3_000_000;

const bytesOfTables = 2_200_000;
const bytesOfOneTable = 220_000;
const bytesOfSql = 300_000;

/** The same data give the same bytes: there is no clock in it. */
export function renderPage(data: PageData): string {
  // Room is an estimate. What is larger all the same is written again with less of it; the smallest page has no row.
  for (let part = 1; ; part = part > 0.05 ? part / 2 : 0) {
    const page = pageMarkup(data, part);
    if (part === 0 || Buffer.byteLength(page) <= pageLimit) return page;
  }
}

/** More reports than this are named and not shown; the smallest page shows fewer. */
const mostReports = 120;
const fewestReports = 24;

function pageMarkup(whole: PageData, part: number): string {
  const data = withFewerReports(whole, part === 0 ? fewestReports : mostReports);
  const only = data.tables.length === 1;
  const maxBytes =
    part * (only ? bytesOfTables : Math.min(bytesOfOneTable, bytesOfTables / Math.max(1, data.tables.length)));
  const shown = new Set<string>();
  const tableOf = (table: ReportTable, open = only): Markup => {
    shown.add(table.name);
    return reportTable(table, maxBytes, open);
  };
  const input: SectionInput = { data, tableOf };
  const answer = answerSection(input);
  const known = [
    flowSection,
    placesSection,
    outsideSection,
    timeSection,
    whoSection,
    modelsSection,
    peaksSection,
    deniedSection,
    tokensSection,
    coverageSection,
    blindSection,
  ].flatMap((section) => section(input) ?? []);
  const sections = [...known, ...otherSections(input, shown), methodSection(input, part * bytesOfSql)];
  return documentMarkup(data, answer, sections).markup;
}

/** Ours are the first of a catalogue. */
function withFewerReports(data: PageData, most: number): PageData {
  const tables = data.tables.slice(0, most);
  const left = data.tables.slice(most).map(({ name, title }) => ({ name, title, why: "there are too many reports" }));
  return left.length === 0 ? data : { ...data, tables, omitted: [...data.omitted, ...left] };
}

const asset = (name: string): string => readFileSync(new URL(`./${name}`, import.meta.url), "utf8").trim();

function documentMarkup(data: PageData, answer: Markup, sections: readonly Section[]): Markup {
  const [style, script] = [asset("page-style.css"), asset("page-script.js")];
  const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const policy = `default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}; base-uri 'none'; form-action 'none'`;
  const title = data.tables.length === 1 ? (data.tables[0]?.title ?? "Report") : question;
  const contents = sections.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta http-equiv="Content-Security-Policy" content="${trusted(policy)}" />
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${title} – Spillway</title>
        ${trusted(`<style>${style}</style>`)}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the report</a>
        <svg class="defs" width="0" height="0" aria-hidden="true">
          <defs>
            <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <rect class="hatch-ground" width="6" height="6" />
              <rect class="hatch-line" width="2" height="6" />
            </pattern>
            <pattern id="dots" width="5" height="5" patternUnits="userSpaceOnUse">
              <rect class="dots-ground" width="5" height="5" />
              <circle class="dots-dot" cx="2.5" cy="2.5" r="1.1" />
            </pattern>
          </defs>
        </svg>
        <header>
          <p class="brand">Spillway <span>Amazon Bedrock inference, from CloudTrail</span></p>
        </header>
        <div class="layout">
          <nav aria-label="Contents">
            <ol class="scroll">
              ${contents}
            </ol>
          </nav>
          <div>
            <main id="main">
              <div class="top">${answer} ${scopeFacts(data)}</div>
              ${sections.map(sectionMarkup)}
            </main>
            <footer>
              <p>
                Made by Spillway ${data.head.version}. “Processed in” says where a call ran; whether that is a transfer
                in law is not said here.
              </p>
            </footer>
          </div>
        </div>

        ${trusted(`<script>${script}</script>`)}
      </body>
    </html> `;
}
