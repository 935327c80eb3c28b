import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Answer } from "../../src/policy/decide.ts";
import { evaluateCall } from "../../src/policy/evaluate.ts";
import { anyCall, anyLayers } from "./arbitraries.ts";

const isRefusal = ({ decision }: Answer): boolean => decision === "denied" || decision === "implicit";

describe("a key that is not known", () => {
  it("never hides an answer that some value of it would give", () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(anyCall, anyLayers, (call, layers) => {
        const open = evaluateCall(call, layers, { others: "unknown" }).resources;
        const worlds = [["vpc-1"], ["vpc-2"], undefined].map(
          (values) =>
            evaluateCall(call, layers, {
              others: "unknown",
              ...(values === undefined ? { absent: ["aws:SourceVpc"] } : { context: { "AWS:sourcevpc": values } }),
            }).resources,
        );
        open.forEach((answer, index) => {
          seen.set(answer.decision, (seen.get(answer.decision) ?? 0) + 1);
          for (const world of worlds) {
            const there = world[index];
            if (there === undefined) throw new Error("every world checks the same resources");
            if (answer.decision === "allowed") expect(there.decision).toBe("allowed");
            if (isRefusal(answer)) expect(isRefusal(there)).toBe(true);
          }
        });
      }),
      { numRuns: 400 },
    );
    for (const decision of ["allowed", "denied", "implicit", "cannot-tell"])
      expect(seen.get(decision) ?? 0).toBeGreaterThan(3);
  });

  it("never makes a reason that does not hold in every world", () => {
    fc.assert(
      fc.property(anyCall, anyLayers, (call, layers) => {
        const open = evaluateCall(call, layers, { others: "unknown" }).resources;
        const world = evaluateCall(call, layers, { others: "absent" }).resources;
        open.forEach(({ by }, index) => {
          const there = (world[index]?.by ?? []).map((reason) =>
            JSON.stringify([reason.kind, reason.level, reason.doc, reason.statement?.index]),
          );
          for (const reason of by)
            expect(there).toContain(JSON.stringify([reason.kind, reason.level, reason.doc, reason.statement?.index]));
        });
      }),
      { numRuns: 300 },
    );
  });
});
