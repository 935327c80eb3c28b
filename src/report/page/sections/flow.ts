/** The section on the flow from source to served Regions: ribbons where there are few, and always the matrix. */
import { grouped } from "../../value-text.ts";
import { figure } from "../charts/figure.ts";
import { type FlowChart, type Ribbon, flowChart } from "../charts/flow-chart.ts";
import { type Kind, kindOf, kinds, legend } from "../charts/kinds.ts";
import type { FlowFacts, Stream } from "../data/flow.ts";
import type { PageData } from "../data/page-data.ts";
import { type Markup, html } from "../markup/html.ts";
import { amount, rate, regionName } from "../markup/words.ts";
import { matrix } from "./matrix.ts";
import { ranked } from "./ranked.ts";
import { type Section, type SectionInput, findTable } from "./section.ts";
import { kindLabels, totalsOf } from "./totals.ts";

const mostSources = 6;
const mostServed = 16;

export function flowSection({ data, tableOf }: SectionInput): Section | undefined {
  const flow = data.facts["spillover-by-region"];
  const table = findTable(data, "spillover-by-region");
  if (flow === undefined || table === undefined) return undefined;
  const totals = totalsOf(data, flow);
  const finding =
    totals.served === 0
      ? html`There is no served call to draw.`
      : totals.viaKnown === 0
        ? html`No call through a profile has a known Region; ${amount(totals.viaUnknown, "is", "are")} unknown.`
        : html`Through a profile, <strong>${rate(totals.spilled, totals.viaKnown)}</strong> of
            ${amount(totals.viaKnown, "call")} with a known Region ran outside the Region that was called;
            ${amount(totals.viaUnknown, "more is", "more are")} unknown and in no rate.`;
  return {
    id: "flow",
    title: "From source to served Region",
    finding,
    body: [
      totals.served === 0 ? undefined : picture(data, flow),
      totals.served === 0 ? undefined : matrix(data, flow),
      tableOf(table),
    ],
  };
}

/** One ribbon for each kind: what is local to one source is elsewhere to another. */
function picture(data: PageData, flow: FlowFacts): Markup | undefined {
  const boundary = data.head.boundary?.regions;
  const sources = ranked(flow.streams, (stream) => regionName(stream.source));
  const servedKind = (stream: Stream): Kind => kindOf(stream.served, stream.source, boundary);
  const served = ranked(
    flow.streams,
    (stream) => regionName(stream.served),
    (stream) => (stream.served === null ? 2 : servedKind(stream) === "outside" ? 1 : 0),
  );
  if (sources.length > mostSources || served.length > mostServed) return undefined;
  const ribbons = flow.streams.map((stream): Ribbon => ({
    source: regionName(stream.source),
    served: regionName(stream.served),
    calls: stream.calls,
    kind: servedKind(stream),
  }));
  const present = new Set(ribbons.map((ribbon) => ribbon.kind));
  const labels = kindLabels(data);
  const largest = ribbons.toSorted((a, b) => b.calls - a.calls).slice(0, 3);
  const description = `Left the Regions that were called, right the Regions that ran the calls. The thickest ribbons: ${largest.map((one) => `${one.source} to ${one.served}, ${grouped(one.calls)}`).join("; ")}.`;
  const chart: FlowChart = {
    id: "flow-chart",
    title: "Flow of served calls between Regions",
    description,
    sources,
    served,
    ribbons,
  };
  return figure({
    id: "flow-figure",
    title: "Who called where, and where it ran",
    description:
      "Left: the Region that was called. Right: the Region that ran the call. A ribbon is as thick as its calls are many.",
    legend: legend(kinds.filter((kind) => present.has(kind)).map((kind) => ({ kind, label: labels[kind] }))),
    chart: flowChart(chart),
  });
}
