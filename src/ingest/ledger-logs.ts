/** The ledger's log files of many accounts and Regions: small ones are asked for together, since a question costs more than its answer. */
import { dayOf } from "../day.ts";
import type { TimeRange } from "../integrity/archive.ts";
import type { AskedLogs, DigestStore, LedgerLog, LedgerPlace } from "../store/digest-store.ts";

/** Log files of a question; a place that has more of them is asked for by itself. */
const filesAtOnce = 20_000;

/** A place, the time that its log files are asked for, and how many the ledger has of it. */
export interface WantedLogs {
  readonly place: LedgerPlace;
  readonly range: TimeRange;
  readonly files: number;
}

/** For each place the answer to its question, to be taken once: what was taken is forgotten here. */
export function logsTogether(
  wanted: readonly WantedLogs[],
  store: DigestStore,
): readonly (() => Promise<readonly LedgerLog[]>)[] {
  const groups: WantedLogs[][] = [];
  let files = 0;
  for (const each of wanted) {
    files += each.files;
    const group = groups.at(-1);
    if (group === undefined || files > filesAtOnce) {
      groups.push([each]);
      files = each.files;
    } else group.push(each);
  }
  return groups.flatMap((group) => {
    let answers: Promise<(readonly LedgerLog[])[]> | undefined;
    return group.map((_each, index) => async (): Promise<readonly LedgerLog[]> => {
      answers ??= store.logs(group.map(askedOf)).then((each) => [...each]);
      const all = await answers;
      const own = all[index] ?? [];
      all[index] = [];
      return own;
    });
  });
}

export function askedOf({ place, range: { from, to } }: Pick<WantedLogs, "place" | "range">): AskedLogs {
  return { place, from: from === null ? null : dayOf(from), to: to === null ? null : dayOf(to) };
}
