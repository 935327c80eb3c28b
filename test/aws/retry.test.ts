import { describe, expect, it } from "vitest";
import { attemptsFor, delayOf, withRetry } from "../../src/aws/retry.ts";

const policy = { attempts: 6, baseMs: 1, capMs: 8 };
const failure = (name: string, more: object = {}): Error => Object.assign(new Error(name), { name, ...more });

describe("attemptsFor", () => {
  it.each([
    [failure("SlowDown", { $metadata: { httpStatusCode: 503 } }), 6],
    [failure("InternalError", { $metadata: { httpStatusCode: 500 } }), 6],
    [failure("Error", { code: "ECONNRESET" }), 6],
    [failure("TruncatedBody"), 6],
    [failure("TimeoutError"), 6],
    [failure("ThrottlingException", { $metadata: { httpStatusCode: 400 } }), 6],
    [failure("RequestTimeTooSkewed", { $metadata: { httpStatusCode: 403 } }), 3],
    [failure("Error", { code: "ECONNREFUSED" }), 5],
    [failure("AccessDenied", { $metadata: { httpStatusCode: 403 } }), 1],
    [failure("NoSuchKey", { $metadata: { httpStatusCode: 404 } }), 1],
    [failure("PreconditionFailed", { $metadata: { httpStatusCode: 412 } }), 1],
    [failure("AbortError"), 1],
  ])("%s: %i", (thrown, expected) => expect(attemptsFor(thrown, policy)).toBe(expected));
});

describe("withRetry", () => {
  it("gives up after its attempts with the last failure", async () => {
    let calls = 0;
    const failing = withRetry(policy, () => {
      calls++;
      return Promise.reject(failure(`SlowDown`, { call: calls }));
    });
    await expect(failing).rejects.toMatchObject({ call: 6 });
    expect(calls).toBe(6);
  });

  it("doubles the longest wait up to the cap", () => {
    expect([0, 1, 2, 3, 4, 9].map((attempt) => delayOf(attempt, policy, () => 1))).toEqual([1, 2, 4, 8, 8, 8]);
    expect(delayOf(5, policy, () => 0)).toBe(0);
  });
});
