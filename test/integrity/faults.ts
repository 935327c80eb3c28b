/** The faults that a chain can have, each made once: what is done, and what has to be found. */
import { gzipSync } from "node:zlib";
import { begin, hour, type MadeTrail, otherKey, tampered, type TrailPlan } from "./made-trail.ts";
import type { Check } from "./memory-archive.ts";
import { signDigest } from "../../src/demo/digest-chain.ts";

export interface Fault {
  readonly name: string;
  readonly plan?: TrailPlan;
  readonly make: (trail: MadeTrail) => void;
  readonly check?: (trail: MadeTrail) => Check;
  /** Everything that is not valid: digest D3, log L3.0 (the first of the fourth hour). */
  readonly found: readonly string[];
}

const logsOf = (at: number, what: string): readonly string[] => [0, 1, 2].map((log) => `log L${at}.${log}: ${what}`);

export const faults: readonly Fault[] = [
  {
    name: "one byte of a log file",
    make: (trail) => {
      const log = trail.get(trail.logs(3)[1] ?? "");
      log.body = tampered(log.body);
    },
    found: ["log L3.1: invalid (hash)"],
  },
  {
    name: "a log file compressed anew",
    make: (trail) => {
      const log = trail.get(trail.logs(3)[1] ?? "");
      log.body = gzipSync(Buffer.from(trail.chain.hours[3]?.[1]?.content ?? ""), { level: 1 });
    },
    found: [],
  },
  {
    name: "a deleted log file",
    make: (trail) => trail.delete(trail.logs(3)[1] ?? ""),
    found: ["log L3.1: missing (not-found)"],
  },
  {
    name: "bytes behind a log file's gzip stream",
    make: (trail) => {
      const log = trail.get(trail.logs(3)[1] ?? "");
      log.body = Buffer.concat([log.body, Buffer.from("more")]);
    },
    found: ["log L3.1: invalid (trailing-bytes)"],
  },
  {
    name: "a second gzip member behind a log file",
    make: (trail) => {
      const log = trail.get(trail.logs(3)[1] ?? "");
      log.body = Buffer.concat([log.body, gzipSync('{"Records":[]}')]);
    },
    found: ["log L3.1: invalid (trailing-bytes)"],
  },
  {
    name: "zeros behind a log file",
    make: (trail) => {
      const log = trail.get(trail.logs(3)[1] ?? "");
      log.body = Buffer.concat([log.body, Buffer.alloc(512)]);
    },
    found: ["log L3.1: invalid (trailing-bytes)"],
  },
  {
    name: "an empty gzip member before a log file",
    make: (trail) => {
      const log = trail.get(trail.logs(3)[1] ?? "");
      log.body = Buffer.concat([gzipSync(""), log.body]);
    },
    found: ["log L3.1: invalid (trailing-bytes)"],
  },
  {
    name: "a log file that is cut short",
    make: (trail) => {
      const log = trail.get(trail.logs(3)[1] ?? "");
      log.body = log.body.subarray(0, log.body.length - 9);
    },
    found: ["log L3.1: invalid (format)"],
  },
  {
    name: "one byte of a digest",
    make: (trail) => {
      const digest = trail.get(trail.digestKey(3));
      digest.body = gzipSync(JSON.stringify({ ...trail.digest(3).document, newestEventTime: "2026-09-14T00:00:00Z" }));
    },
    found: ["digest D3: invalid (signature)", ...logsOf(3, "undigested (digest-invalid)")],
  },
  {
    name: "a digest signed by somebody else",
    make: (trail) => {
      const forged = signDigest(
        { ...trail.digest(3).document, digestPublicKeyFingerprint: otherKey.fingerprint },
        otherKey,
      );
      trail.put(forged);
    },
    found: ["digest D3: invalid (key-unknown)", ...logsOf(3, "undigested (digest-invalid)")],
  },
  {
    name: "a wrong signature in the metadata, though the successor's is right",
    make: (trail) => {
      trail.get(trail.digestKey(3)).metadata["signature"] = trail.digest(2).signature;
    },
    found: ["digest D3: invalid (signature)", ...logsOf(3, "undigested (digest-invalid)")],
  },
  {
    name: "bytes behind a digest's gzip stream",
    make: (trail) => {
      const digest = trail.get(trail.digestKey(3));
      digest.body = Buffer.concat([digest.body, Buffer.from("more")]);
    },
    found: ["digest D3: invalid (trailing-bytes)", ...logsOf(3, "undigested (digest-invalid)")],
  },
  {
    name: "a digest that is not JSON",
    make: (trail) => {
      trail.get(trail.digestKey(3)).body = gzipSync("{");
    },
    found: ["digest D3: invalid (format)", ...logsOf(3, "undigested (digest-invalid)")],
  },
  {
    name: "a digest that was moved",
    make: (trail) => {
      const { body, metadata } = trail.get(trail.digestKey(3));
      trail.objects.set(trail.digestKey(5), { body, metadata: { ...metadata } });
    },
    found: ["digest D5: invalid (moved)", ...logsOf(5, "undigested (digest-invalid)")],
  },
  {
    name: "a deleted digest",
    make: (trail) => trail.delete(trail.digestKey(3)),
    found: ["digest D3: missing (not-found)", ...logsOf(3, "undigested (digest-missing)")],
  },
  {
    name: "two digests deleted in a row",
    make: (trail) => trail.delete(trail.digestKey(3), trail.digestKey(4)),
    found: [
      "digest 20260914T10*Z: missing (gap)",
      "digest D4: missing (not-found)",
      ...logsOf(3, "undigested (digest-missing)"),
      ...logsOf(4, "undigested (digest-missing)"),
    ],
  },
  {
    name: "the newest digests deleted, with their log files",
    make: (trail) => trail.delete(trail.digestKey(6), trail.digestKey(7), ...trail.logs(6), ...trail.logs(7)),
    found: ["digest 20260914T13*Z: missing (cut-end)"],
  },
  {
    name: "the newest digest deleted, its log files not",
    make: (trail) => trail.delete(trail.digestKey(7)),
    found: ["digest 20260914T14*Z: missing (cut-end)", ...logsOf(7, "undigested (cut-end)")],
  },
  {
    name: "the start of the range deleted",
    make: (trail) =>
      trail.delete(trail.digestKey(0), trail.digestKey(1), trail.digestKey(2), ...trail.logs(0), ...trail.logs(1)),
    check: () => ({ from: begin }),
    found: [
      "digest 20260914T07*Z: missing (gap)",
      "digest 20260914T08*Z: missing (gap)",
      "digest D2: missing (not-found)",
      ...logsOf(2, "undigested (digest-missing)"),
    ],
  },
  {
    name: "the start deleted, its log files not, and no range asked for",
    make: (trail) => trail.delete(trail.digestKey(0), trail.digestKey(1)),
    found: [
      "digest D1: missing (not-found)",
      ...logsOf(0, "undigested (digest-missing)"),
      ...logsOf(1, "undigested (digest-missing)"),
    ],
  },
  {
    name: "no digests at all",
    plan: { hours: 1 },
    make: (trail) => trail.delete(trail.digestKey(0)),
    found: logsOf(0, "undigested (no-digests)"),
  },
  {
    name: "a predecessor's signature that is not the predecessor's",
    make: (trail) => trail.resign(4, { previousDigestSignature: trail.digest(1).signature }),
    found: ["digest D4: invalid (link)", ...logsOf(4, "undigested (digest-invalid)")],
  },
  {
    name: "a predecessor's hash that is not the predecessor's",
    make: (trail) => trail.resign(4, { previousDigestHashValue: "00".repeat(32) }),
    found: ["digest D4: invalid (link)", ...logsOf(4, "undigested (digest-invalid)")],
  },
  {
    name: "hours that do not follow one another",
    make: (trail) => trail.resign(4, { digestStartTime: "2026-09-14T10:31:31Z" }),
    found: ["digest D4: invalid (continuity)", ...logsOf(4, "undigested (digest-invalid)")],
  },
  {
    name: "a digest of another account",
    make: (trail) => trail.resign(4, { awsAccountId: "999999999999" }),
    found: ["digest D4: invalid (account)", ...logsOf(4, "undigested (digest-invalid)")],
  },
  {
    name: "a digest that lists log files of another Region",
    make: (trail) => {
      const [first] = trail.digest(4).document["logFiles"] as { s3Object: string }[];
      const logFiles = [{ ...first, s3Object: first?.s3Object.replaceAll("eu-west-1", "us-east-1") }];
      trail.resign(4, { logFiles });
    },
    found: ["digest D4: invalid (region)", ...logsOf(4, "undigested (digest-invalid)")],
  },
  {
    name: "another signature algorithm",
    make: (trail) => trail.resign(4, { digestSignatureAlgorithm: "SHA1withRSA" }),
    found: ["digest D4: invalid (algorithm)", ...logsOf(4, "undigested (digest-invalid)")],
  },
  {
    name: "another hash algorithm of a log file",
    make: (trail) => {
      const logs = trail.digest(4).document["logFiles"] as object[];
      trail.resign(4, { logFiles: logs.map((log) => ({ ...log, hashAlgorithm: "MD5" })) });
    },
    found: ["digest D4: invalid (algorithm)", ...logsOf(4, "undigested (digest-invalid)")],
  },
  {
    name: "a log file that no digest lists",
    make: (trail) => void trail.addLog(begin + 3.5 * hour),
    found: ["log 20260914T0931Z: undigested (unlisted)"],
  },
  {
    name: "a log file that only a backfill digest lists",
    make: (trail) => void trail.backfill([trail.addLog(begin + 3.5 * hour)], 3),
    found: [],
  },
  {
    name: "a backfill digest without its time stamp",
    make: (trail) => {
      const digest = trail.backfill([trail.addLog(begin + 3.5 * hour)], 3);
      trail.digests.push(digest);
      delete trail.get(digest.key).metadata["backfill-generation-timestamp"];
    },
    found: ["digest D8: invalid (format)", "log 20260914T0931Z: undigested (digest-invalid)"],
  },
  {
    name: "validation switched off for three hours, logs delivered meanwhile",
    make: (trail) => {
      const end = trail.end;
      trail.restart(3, 2);
      trail.addLog(end + hour);
    },
    check: (trail) => ({ to: trail.end + 5 * hour }),
    found: ["digest 20260914T15*Z: undigested (validation-off)", "log 20260914T1501Z: undigested (validation-off)"],
  },
  {
    name: "log files from before the first digest",
    make: (trail) => void trail.addLog(begin - 3 * hour),
    found: ["log 20260914T0301Z: undigested (validation-off)"],
  },
  {
    name: "log files of the running hour",
    make: (trail) => void trail.addLog(begin + 8.2 * hour),
    check: (trail) => ({ to: null, now: trail.end + hour / 2 }),
    found: ["log 20260914T1413Z: not-yet-digested (recent)"],
  },
  {
    name: "log files of the last hour of a chain that was cut off",
    make: (trail) => void trail.addLog(begin + 9 * hour),
    check: (trail) => ({ to: null, now: trail.end + 5 * hour }),
    found: ["digest 20260914T15*Z: missing (cut-end)", "log 20260914T1501Z: undigested (cut-end)"],
  },
  {
    name: "a digest that may not be read",
    make: () => undefined,
    check: (trail) => ({ unread: new Map([[trail.digestKey(3), { unread: "denied", detail: "403" }]]) }),
    found: ["digest D3: unreadable (denied)", ...logsOf(3, "undigested (digest-unreadable)")],
  },
  {
    name: "log files that may not be read, are archived, or encrypted with a key that may not be used",
    make: () => undefined,
    check: (trail) => {
      const [a = "", b = "", c = ""] = trail.logs(3);
      return {
        unread: new Map([
          [a, { unread: "denied", detail: "403" }],
          [b, { unread: "archived", detail: "Glacier" }],
          [c, { unread: "kms", detail: "kms:Decrypt" }],
        ]),
      };
    },
    found: ["log L3.0: unreadable (denied)", "log L3.1: unreadable (archived)", "log L3.2: unreadable (kms)"],
  },
  {
    name: "a predecessor in a bucket that nobody named",
    plan: { hours: 4 },
    make: (trail) => {
      const { document } = trail.digest(0);
      const previousDigestS3Object = document.digestS3Object.replace("T070131Z", "T060131Z");
      trail.resign(0, {
        previousDigestS3Bucket: "somewhere-else",
        previousDigestS3Object,
        previousDigestSignature: "ab".repeat(256),
        previousDigestHashValue: "cd".repeat(32),
        previousDigestHashAlgorithm: "SHA-256",
      });
    },
    check: () => ({ from: begin - 2 * hour }),
    found: ["digest 20260914T060131Z: unreadable (scope)"],
  },
  {
    name: "log files in a bucket that nobody named",
    make: (trail) => {
      const logs = trail.digest(4).document["logFiles"] as object[];
      trail.resign(4, { logFiles: logs.map((log) => ({ ...log, s3Bucket: "somewhere-else" })) });
      trail.delete(...trail.logs(4));
    },
    found: logsOf(4, "unreadable (scope)"),
  },
  {
    name: "keys of another time",
    make: () => undefined,
    check: (trail) => ({
      keys: trail.publicKeys().replaceAll(/"Validity(Start|End)Time": \d+/g, '"Validity$1Time": 1434589460'),
    }),
    found: [0, 1, 2, 3, 4, 5, 6, 7]
      .map((at) => `digest D${at}: invalid (key-expired)`)
      .concat([0, 1, 2, 3, 4, 5, 6, 7].flatMap((at) => logsOf(at, "undigested (digest-invalid)"))),
  },
  {
    name: "no keys at all",
    plan: { hours: 1 },
    make: () => undefined,
    check: () => ({ keys: '{"PublicKeyList": []}' }),
    found: ["digest D0: unreadable (key-unknown)", ...logsOf(0, "undigested (digest-unreadable)")],
  },
];
