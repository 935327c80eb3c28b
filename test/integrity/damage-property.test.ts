/** Any damage to any files of a chain is found where it is, and nowhere else. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { begin, MadeTrail, tampered } from "./made-trail.ts";
import { checkTrail } from "./memory-archive.ts";

const hours = 5;
const logs = 2;
type Damage = readonly [hour: number, file: number, what: "delete" | "tamper" | "append"];

/** File 0 is the hour's digest. */
const damage: fc.Arbitrary<Damage> = fc.tuple(
  fc.nat({ max: hours - 1 }),
  fc.nat({ max: logs }),
  fc.constantFrom("delete" as const, "tamper" as const, "append" as const),
);

it("finds all of it and blames nothing else", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(damage, { maxLength: 6, selector: ([hour, file]) => `${hour} ${file}` }),
      async (list) => {
        const trail = new MadeTrail({ hours, logsPerHour: logs });
        const keyOf = (hour: number, file: number): string =>
          file === 0 ? trail.digestKey(hour) : (trail.logs(hour)[file - 1] ?? "");
        for (const [hour, file, what] of list) {
          const key = keyOf(hour, file);
          const stored = trail.get(key);
          if (what === "delete") trail.delete(key);
          else if (what === "tamper") stored.body = tampered(stored.body);
          else stored.body = Buffer.concat([stored.body, Buffer.from([0])]);
        }
        const rows = await checkTrail(trail, { from: begin, to: trail.end });
        expect(new Set(rows.map(({ uri }) => uri)).size).toBe(rows.length);
        const verdictOf = new Map(rows.map(({ uri, verdict }) => [uri.replace(/^s3:\/\/[^/]+\//, ""), verdict]));
        const damaged = new Map(list.map(([hour, file, what]) => [`${hour} ${file}`, what]));
        for (let hour = 0; hour < hours; hour++) {
          const ofDigest = damaged.get(`${hour} 0`);
          // A deleted digest is named by its successor, if that can be trusted; else an hour or the end is missed.
          if (ofDigest !== "delete")
            expect(verdictOf.get(keyOf(hour, 0))).toBe(ofDigest === undefined ? "valid" : "invalid");
          for (let file = 1; file <= logs; file++) {
            const ofLog = damaged.get(`${hour} ${file}`);
            const verdict = verdictOf.get(keyOf(hour, file));
            if (ofDigest !== undefined) expect(verdict).toBe(ofLog === "delete" ? undefined : "undigested");
            else expect(verdict).toBe(ofLog === undefined ? "valid" : ofLog === "delete" ? "missing" : "invalid");
          }
        }
        if (list.length > 0) expect(rows.some(({ verdict }) => verdict !== "valid")).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});
