/** The release of memory between commits. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

let collect: (() => void) | undefined;

/**
 * Collects the garbage of the last commit. Its rows waited long enough to count as old, and V8 lets old garbage grow with the memory of the
 * machine, to several times what is in use. It takes some tens of milliseconds.
 */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    // unless Node started with the flag, only a new context has `gc`
    const found: unknown = runInNewContext("gc");
    collect = typeof found === "function" ? () => void Reflect.apply(found, undefined, []) : () => undefined;
  }
  collect();
}

/** A function to call with the amount that was processed: each time the sum reaches `amount`, garbage is collected. */
export function collectEvery(amount: number): (passed: number) => void {
  let since = 0;
  return (passed) => {
    since += passed;
    if (since < amount) return;
    since = 0;
    collectGarbage();
  };
}
