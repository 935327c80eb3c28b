/** The sums that several sections speak of: served calls by kind. */
import type { PageData } from "../data/page-data.ts";
import type { FlowFacts } from "../data/flow.ts";
import { type Kind, kindOf } from "../charts/kinds.ts";

export interface Totals extends Readonly<Record<Kind, number>> {
  readonly served: number;
  readonly spilled: number;
  /** Through a profile, with a known served Region: what the spill rate is a part of. */
  readonly viaKnown: number;
  readonly viaUnknown: number;
}

export function totalsOf(data: PageData, flow: FlowFacts): Totals {
  const boundary = data.head.boundary?.regions;
  const byKind: Record<Kind, number> = { local: 0, elsewhere: 0, outside: 0, unknown: 0 };
  let spilled = 0;
  let viaKnown = 0;
  let viaUnknown = 0;
  for (const stream of flow.streams) {
    byKind[kindOf(stream.served, stream.source, boundary)] += stream.calls;
    spilled += stream.spilled;
    if (stream.served === null) viaUnknown += stream.viaProfile;
    else viaKnown += stream.viaProfile;
  }
  const served = byKind.local + byKind.elsewhere + byKind.outside + byKind.unknown;
  return { ...byKind, served, spilled, viaKnown, viaUnknown };
}

/** What each kind is called, with the boundary's name where there is one. */
export function kindLabels(data: PageData): Readonly<Record<Kind, string>> {
  const boundary = data.head.boundary?.name;
  return {
    local: "in the Region that was called",
    elsewhere: boundary === undefined ? "in another Region" : `in another Region inside ${boundary}`,
    outside: `outside ${boundary ?? ""}`,
    unknown: "served Region unknown",
  };
}
