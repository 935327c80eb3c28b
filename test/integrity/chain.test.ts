import { describe, expect, it } from "vitest";
import { signDigest } from "../../src/demo/digest-chain.ts";
import { type Timeline, TimelineBuilder, stateAt } from "../../src/integrity/timeline.ts";
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

describe("what a digest says of itself", () => {
  const undigested = (at: number): readonly string[] =>
    [0, 1, 2].map((log) => `log L${at}.${log}: undigested (digest-invalid)`);

  it("log files of another account are not its own", async () => {
    const trail = new MadeTrail();
    const [first] = trail.digest(4).document["logFiles"] as { s3Object: string }[]; // as the maker wrote it
    const logFiles = [{ ...first, s3Object: first?.s3Object.replaceAll("111122223333", "444455556666") }];
    trail.resign(4, { logFiles });
    expect(await faultsOf(trail)).toEqual(["digest D4: invalid (account)", ...undigested(4)]);
  });

  it("another algorithm in its metadata is not known", async () => {
    const trail = new MadeTrail();
    Object.assign(trail.get(trail.digestKey(4)).metadata, { "signature-algorithm": "SHA1withRSA" });
    expect(await faultsOf(trail)).toEqual(["digest D4: invalid (algorithm)", ...undigested(4)]);
  });

  it("one that went between its listing and its reading is missing", async () => {
    const trail = new MadeTrail();
    const unread = new Map([[trail.digestKey(4), { unread: "not-found", detail: "gone" } as const]]);
    expect(await faultsOf(trail, { unread })).toEqual([
      "digest D4: missing (not-found)",
      ...[0, 1, 2].map((log) => `log L4.${log}: undigested (digest-missing)`),
    ]);
  });

  it("one that names a later digest as its predecessor is not linked", async () => {
    const trail = new MadeTrail();
    trail.resign(4, { previousDigestS3Object: trail.digestKey(5) }, true);
    expect(await faultsOf(trail)).toEqual(["digest D4: invalid (link)", ...undigested(4)]);
  });

  it("one that was put between a pair, well signed, is not linked", async () => {
    const trail = new MadeTrail();
    const { key, document } = trail.digest(4);
    const digestEndTime = new Date(begin + 4.5 * hour).toISOString().replace(".000Z", "Z");
    const digestS3Object = key.replace(/_\d{8}T\d{6}Z(?=\.json)/, `_${digestEndTime.replaceAll(/[-:]/g, "")}`);
    const between = { ...document, digestEndTime, digestS3Object, logFiles: [] };
    trail.put(signDigest(between as unknown as Parameters<typeof signDigest>[0], trail.chain.key)); // as the maker has it
    expect(await faultsOf(trail)).toEqual([`digest ${digestEndTime.replaceAll(/[-:]/g, "")}: invalid (link)`]);
  });
});

it("with several trails the mildest explanation of a log file stands", () => {
  const chain = (state: Parameters<TimelineBuilder["add"]>[2]): Timeline => {
    const builder = new TimelineBuilder();
    builder.add(begin, begin + hour, state, "digest-missing");
    return builder.build("recent");
  };
  const at = begin + hour / 2;
  expect(stateAt([chain("unlisted")], at)).toBe("unlisted");
  expect(stateAt([chain("unlisted"), chain("validation-off")], at)).toBe("validation-off");
  expect(stateAt([chain("validation-off"), chain("digest-missing")], at)).toBe("digest-missing");
});
