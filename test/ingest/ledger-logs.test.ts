import { expect, it } from "vitest";
import { askedOf, logsTogether } from "../../src/ingest/ledger-logs.ts";
import type { AskedLogs, DigestStore, LedgerLog } from "../../src/store/digest-store.ts";

const log = (uri: string): LedgerLog => ({ uri, etag: "1", status: "loaded", reason: null, sha256: null, flaw: null });

it("small places share a question, large ones do not, and each takes its own answer once", async () => {
  const questions: (readonly AskedLogs[])[] = [];
  const store: Pick<DigestStore, "logs"> = {
    logs: (asked) => {
      questions.push(asked);
      return Promise.resolve(asked.map(({ place }) => [log(place.below)]));
    },
  };
  const files = [9000, 9000, 9000, 50_000, 1, 1];
  const wanted = files.map((count, index) => ({
    place: { accountId: "111122223333", region: "eu-west-1", below: `s3://b/${index}/` },
    range: { from: Date.UTC(2026, 8, 10 + index), to: null },
    files: count,
  }));
  const takes = logsTogether(wanted, store as DigestStore); // it asks for logs alone
  // in any order
  for (const index of [5, 0, 3, 2, 1, 4]) expect(await takes[index]?.()).toEqual([log(`s3://b/${index}/`)]);
  expect(await takes[0]?.()).toEqual([]);
  expect(questions.map((asked) => asked.map(({ place }) => place.below))).toEqual([
    ["s3://b/4/", "s3://b/5/"],
    ["s3://b/0/", "s3://b/1/"],
    ["s3://b/3/"],
    ["s3://b/2/"],
  ]);
  expect(questions[0]?.[0]).toEqual({ place: wanted[4]?.place, from: "2026-09-14", to: null });
});

it("a time within a day asks for the whole day", () => {
  const place = { accountId: "1", region: "r", below: "s3://b/" };
  const range = { from: Date.UTC(2026, 8, 10, 23, 59), to: Date.UTC(2026, 8, 12, 0, 1) };
  expect(askedOf({ place, range })).toEqual({ place, from: "2026-09-10", to: "2026-09-12" });
});
