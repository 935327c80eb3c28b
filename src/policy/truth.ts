/** Logic with three values: true, false, and not known, with the reasons why not (R12). */

export interface Truth {
  /** Undefined: it cannot be told. */
  readonly is: boolean | undefined;
  /** Why it cannot be told; empty where it can. */
  readonly why: readonly string[];
}

export const yes: Truth = { is: true, why: [] };
export const no: Truth = { is: false, why: [] };

export function unknown(...why: readonly string[]): Truth {
  return { is: undefined, why };
}

export function truthOf(value: boolean): Truth {
  return value ? yes : no;
}

export function not(truth: Truth): Truth {
  return truth.is === undefined ? truth : truthOf(!truth.is);
}

/** True only if all are; one that is false settles it, whatever else is not known. */
export function every(truths: readonly Truth[]): Truth {
  if (truths.some(({ is }) => is === false)) return no;
  return settled(truths, yes);
}

/** False only if all are; one that is true settles it. */
export function some(truths: readonly Truth[]): Truth {
  if (truths.some(({ is }) => is === true)) return yes;
  return settled(truths, no);
}

function settled(truths: readonly Truth[], otherwise: Truth): Truth {
  const open = truths.filter(({ is }) => is === undefined);
  return open.length === 0 ? otherwise : unknown(...new Set(open.flatMap(({ why }) => why)));
}
