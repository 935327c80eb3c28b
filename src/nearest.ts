/** The guess at the known name that a misspelt one was meant to be. */

/** The candidate with the fewest edits from `name`; none if all are further than half of its length. */
export function nearest(
  name: string,
  candidates: Iterable<string>,
  keyOf: (candidate: string) => string = (candidate) => candidate,
  furthest: number = Math.max(2, Math.floor(name.length / 2)),
): string | undefined {
  let best: string | undefined;
  let least = furthest + 1;
  for (const candidate of candidates) {
    const edits = distance(name.toLowerCase(), keyOf(candidate).toLowerCase());
    if (edits >= least) continue;
    least = edits;
    best = candidate;
  }
  return best;
}

/** Insertions, deletions, replacements and exchanges of neighbours that turn `a` into `b`. */
export function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(at(last, column) + 1, at(line, column - 1) + 1, at(last, column - 1) + (same ? 0 : 1));
      const exchanged = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (exchanged) cost = Math.min(cost, at(before, column - 2) + 1);
      line.push(cost);
    }
    before = last;
    last = line;
  }
  return at(last, b.length);
}

function at(line: readonly number[], column: number): number {
  return line[column] ?? Number.POSITIVE_INFINITY;
}
