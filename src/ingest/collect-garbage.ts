/** Giving memory back between commits. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

let collect: (() => void) | undefined;

/**
 * Collects what the last commit held. Its rows waited long enough to count as old, and V8 lets old garbage grow with the memory of the
 * machine, to several times of what is in use. Some tens of milliseconds.
 */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    // without the flag at the start only a new context has it
    const found: unknown = runInNewContext("gc");
    collect = typeof found === "function" ? () => void Reflect.apply(found, undefined, []) : () => undefined;
  }
  collect();
}

/** Call it with how much went by: each time that it comes to `amount`, what went by is collected. */
export function collectEvery(amount: number): (passed: number) => void {
  let since = 0;
  return (passed) => {
    since += passed;
    if (since < amount) return;
    since = 0;
    collectGarbage();
  };
}
