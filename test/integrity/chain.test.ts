import { describe, expect, it } from "vitest";
import { begin, hour, MadeTrail } from "./made-trail.ts";
import { type Check, checkTrail } from "./memory-archive.ts";
import { faults } from "./faults.ts";

/** What is not valid, as short lines: kind, place in the chain, verdict, reason. */
async function faultsOf(trail: MadeTrail, check: Check = {}): Promise<string[]> {
  const rows = await checkTrail(trail, check);
  return rows
    .filter(({ verdict }) => verdict !== "valid")
    .map(({ kind, uri, verdict, reason }) => `${kind} ${nameOf(trail, uri)}: ${verdict} (${reason ?? "-"})`);
}

function nameOf(trail: MadeTrail, uri: string): string {
  const key = uri.replace(/^s3:\/\/[^/]+\//, "");
  const digest = trail.digests.findIndex((each) => each.key === key);
  if (digest >= 0) return `D${digest}`;
  for (const [index, hourLogs] of trail.chain.hours.entries()) {
    const log = hourLogs.findIndex((each) => each.key === key);
    if (log >= 0) return `L${index}.${log}`;
  }
  return key.replace(/^.*_(\d{8}T[\d*]+Z).*$/, "$1");
}

describe("a whole chain", () => {
  it("is valid, digest by digest and log by log, each once", async () => {
    const trail = new MadeTrail();
    const rows = await checkTrail(trail);
    expect(rows.map(({ verdict, reason }) => `${verdict} ${reason}`)).toEqual(Array(8 + 24).fill("valid null"));
    expect(new Set(rows.map(({ uri }) => uri)).size).toBe(32);
    expect(rows.filter(({ kind }) => kind === "digest").every((row) => row.signatureSource === "metadata")).toBe(true);
  });

  it("lets a copy without metadata verify from its successors, but for its end", async () => {
    const trail = new MadeTrail();
    expect(await faultsOf(trail, { withMetadata: false })).toEqual([
      "digest D7: unreadable (signature-missing)",
      "log L7.0: undigested (digest-unreadable)",
      "log L7.1: undigested (digest-unreadable)",
      "log L7.2: undigested (digest-unreadable)",
    ]);
    const last = trail.digest(7);
    const signatures: Check["signatures"] = ({ key }) => (key === last.key ? last.signature : null);
    expect(await faultsOf(trail, { withMetadata: false, signatures })).toEqual([]);
  });

  it("is asked for a part of it", async () => {
    const trail = new MadeTrail();
    const rows = await checkTrail(trail, { from: begin + 2 * hour, to: begin + 4 * hour });
    expect(rows.filter(({ kind }) => kind === "digest").map(({ uri }) => nameOf(trail, uri))).toEqual(["D2", "D3"]);
    expect(rows.every(({ verdict }) => verdict === "valid")).toBe(true);
  });
});

describe.each(faults.map((fault) => [fault.name, fault] as const))("%s", (_, fault) => {
  it("is found and named", async () => {
    const trail = new MadeTrail(fault.plan ?? {});
    fault.make(trail);
    expect(await faultsOf(trail, fault.check?.(trail) ?? {})).toEqual(fault.found);
  });
});
