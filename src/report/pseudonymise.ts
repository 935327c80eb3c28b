/** Owns the protection of personal data in results: a keyed hash, or leaving it out. */
import { createHmac } from "node:crypto";
import type { Cell, CellBatch, Result } from "../engines/engine.ts";

/** With a key the same person has the same 16 hex digits in every export; without the key nobody can tell who. */
export type Protection = { readonly key: string } | { readonly drop: true };

const personal: ReadonlySet<string> = new Set(["session_name", "source_identity", "on_behalf_of", "source_ip"]);

/** The result with personal columns hashed or gone, and with sessions and addresses in other text (principal, messages) covered. */
export function protectResult(result: Result, protection: Protection): Result {
  const drop = "drop" in protection;
  const kept = result.columns.flatMap((column, index) =>
    drop && personal.has(column.name) ? [] : [{ column, index }],
  );
  const columns = kept.map(({ column }) => column);
  return {
    columns,
    batches: protectedBatches(
      result,
      kept.map(({ index }) => index),
      coverWith(protection),
    ),
  };
}

async function* protectedBatches(
  result: Result,
  kept: readonly number[],
  cover: (person: string) => string,
): AsyncGenerator<CellBatch> {
  const known = new Map<string, string>();
  for await (const batch of result.batches) {
    yield kept.map((index): readonly Cell[] => {
      const column = result.columns[index];
      const cells = batch[index] ?? [];
      if (column === undefined || (column.type !== "text" && column.type !== "json")) return cells;
      const whole = personal.has(column.name);
      return cells.map((cell) => {
        if (cell === null || cell === "") return cell;
        const text = String(cell);
        const cacheKey = `${whole ? "1" : "0"}${text}`;
        let done = known.get(cacheKey);
        if (done === undefined) {
          done = whole ? cover(text) : coveredText(text, cover);
          if (known.size < 100_000) known.set(cacheKey, done);
        }
        return done;
      });
    });
  }
}

function coverWith(protection: Protection): (person: string) => string {
  if ("drop" in protection) return () => "(dropped)";
  return (person) => createHmac("sha256", protection.key).update(person).digest("hex").slice(0, 16);
}

/** Sessions in STS ARNs; then e-mail addresses; Identity Center users are a bare id of their own form. */
const sessionArn = /(:(?:assumed-role\/(?:[^/\s]+\/)+|federated-user\/))([^\s/:,;"')\]]+)/g;
const address = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*/gu;
const directoryUser = /^(?:[0-9a-f]{10}-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Text with every person in it covered; the same person as in `session_name` gets the same cover. */
export function coveredText(text: string, cover: (person: string) => string): string {
  if (directoryUser.test(text)) return cover(text);
  if (!text.includes("@") && !text.includes(":sts:")) return text;
  const covers: string[] = [];
  const hold = (person: string): string => `\u0000${covers.push(cover(person)) - 1}\u0000`;
  const held = text
    .replaceAll(sessionArn, (_, before: string, session: string) => before + hold(session))
    .replaceAll(address, (person) => hold(person));
  // held back until now, so that a cover is not taken for an address and covered again
  // oxlint-disable-next-line no-control-regex -- the mark is made here and cannot be in a log's text by chance
  return held.replaceAll(/\u0000(\d+)\u0000/g, (_, index: string) => covers[Number(index)] ?? "");
}

/** Principals for a text of ours, such as a run report, with the people in them covered as in results. */
export function coveredPrincipals(
  principals: readonly string[],
  protection: Protection | undefined,
): readonly string[] {
  if (protection === undefined) return principals;
  const cover = coverWith(protection);
  return principals.map((principal) => coveredText(principal, cover));
}
