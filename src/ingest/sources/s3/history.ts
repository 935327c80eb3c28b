/** The history of listings as source state. */
import type { SourceState } from "../../listing/source.ts";
import { isDay } from "../../../day.ts";
import { type ListingHistory, type ListingMark } from "./days.ts";

const names = { lastComplete: "last-complete", lastDeep: "last-deep", unreadSince: "unread-since" } as const;

/** The history in a source's values; anything missing or senseless counts as never done, which lists more and loses nothing. */
export function historyOf(values: ReadonlyMap<string, string>): ListingHistory {
  const unread = parsed(values.get(names.unreadSince));
  return {
    lastComplete: markOf(parsed(values.get(names.lastComplete))),
    lastDeep: markOf(parsed(values.get(names.lastDeep))),
    unreadSince: typeof unread === "string" && isDay(unread) ? unread : null,
  };
}

const folderName = "folder:";

/** Folders that a run has listed as far back as a first run does. */
export function knownFolders(values: ReadonlyMap<string, string>): ReadonlySet<string> {
  return new Set(
    [...values.keys()].filter((name) => name.startsWith(folderName)).map((name) => name.slice(folderName.length)),
  );
}

export function folderStates(scope: string, folders: readonly string[], day: string): readonly SourceState[] {
  return folders.map((folder) => ({ scope, name: `${folderName}${folder}`, value: JSON.stringify(day) }));
}

export function statesOf(scope: string, history: ListingHistory): readonly SourceState[] {
  return ([names.lastComplete, names.lastDeep, names.unreadSince] as const).map((name, index) => {
    const value = [history.lastComplete, history.lastDeep, history.unreadSince][index] ?? null;
    return { scope, name, value: JSON.stringify(value) };
  });
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function markOf(value: unknown): ListingMark | null {
  if (typeof value !== "object" || value === null || !("day" in value) || !("reached" in value)) return null;
  const { day, reached } = value;
  return typeof day === "string" && isDay(day) && typeof reached === "string" && isDay(reached)
    ? { day, reached }
    : null;
}
