import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changeFor, changeUntilAllowed } from "../../src/policy/change.ts";
import { isRefused } from "../../src/policy/document.ts";
import { evaluateCall } from "../../src/policy/evaluate.ts";
import { bindsScps } from "../../src/policy/layers.ts";
import { anyCall, anyLayers } from "./arbitraries.ts";

const others = fc.constantFrom("absent" as const, "unknown" as const);

describe("what to change", () => {
  it("makes every refused resource allowed, whatever the documents say", () => {
    let refused = 0;
    fc.assert(
      fc.property(anyCall, anyLayers, others, (call, layers, unknown) => {
        const given = { others: unknown };
        for (const resource of evaluateCall(call, layers, given).resources) {
          if (resource.decision !== "denied" && resource.decision !== "implicit") continue;
          refused += 1;
          const change = changeFor(call, resource, layers, given);
          expect(change).toBeDefined();
          if (change === undefined) return;
          expect(change.steps.length).toBeGreaterThan(0);
          expect(change.layers.flatMap(({ documents }) => documents).filter(isRefused)).toEqual([]);
          const after = evaluateCall(call, change.layers, given).resources.find(
            ({ check }) => check.resource === resource.check.resource && check.action === resource.check.action,
          );
          expect(after?.decision).toBe("allowed");
        }
      }),
      { numRuns: 150 },
    );
    expect(refused).toBeGreaterThan(200);
  });

  it("one after the other, they make the whole call allowed", () => {
    fc.assert(
      fc.property(anyCall, anyLayers, others, (call, layers, unknown) => {
        const given = { others: unknown };
        let current = layers;
        for (const { check } of evaluateCall(call, layers, given).resources) {
          const change = changeUntilAllowed({ call, check, given }, current);
          expect(change).toBeDefined();
          current = [...(change?.layers ?? current)];
        }
        expect(bindsScps(call.principal, false)).toBe(true);
        expect(evaluateCall(call, current, given).overall).toBe("allowed");
      }),
      { numRuns: 100 },
    );
  });

  it("keeps what it does not change as it was written", () => {
    fc.assert(
      fc.property(anyCall, anyLayers, (call, layers) => {
        const given = { others: "absent" } as const;
        for (const resource of evaluateCall(call, layers, given).resources) {
          const change = changeFor(call, resource, layers, given);
          if (change === undefined) continue;
          layers.forEach((layer, at) =>
            layer.documents.forEach((document, doc) => {
              const after = change.layers[at]?.documents[doc];
              expect(after?.text.includes("\n")).toBe(document.text.includes("\n"));
              expect(after?.statements.length).toBeGreaterThanOrEqual(document.statements.length);
            }),
          );
        }
      }),
      { numRuns: 50 },
    );
  });
});
