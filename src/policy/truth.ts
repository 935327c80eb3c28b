/** Logic with three values: true, false and unknown, with the reasons why it is unknown (R12). */

export interface Truth {
  /** The value; undefined if it cannot be told. */
  readonly is: boolean | undefined;
  /** The reasons why it cannot be told; empty otherwise. */
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

/** True only if all are true; a single false one decides, whatever is unknown. */
export function every(truths: readonly Truth[]): Truth {
  if (truths.some(({ is }) => is === false)) return no;
  return settled(truths, yes);
}

/** False only if all are false; a single true one decides. */
export function some(truths: readonly Truth[]): Truth {
  if (truths.some(({ is }) => is === true)) return yes;
  return settled(truths, no);
}

function settled(truths: readonly Truth[], otherwise: Truth): Truth {
  const open = truths.filter(({ is }) => is === undefined);
  return open.length === 0 ? otherwise : unknown(...new Set(open.flatMap(({ why }) => why)));
}
