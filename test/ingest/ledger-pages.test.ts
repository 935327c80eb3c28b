/** Pages for the ledger: the same objects in the same order, states where they stood, failures after what came before them. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { ledgerPages } from "../../src/ingest/ledger-pages.ts";
import type { ListedChunk, TrailObject } from "../../src/ingest/listing/source.ts";

function object(name: number): TrailObject {
  const uri = `file:///${name}.json.gz`;
  return {
    uri,
    etag: "e",
    size: 1,
    accountId: null,
    region: null,
    day: null,
    skip: null,
    locator: { kind: "file", path: uri },
  };
}

const chunks = fc.array(fc.record({ length: fc.nat(9000), state: fc.boolean() }), { maxLength: 12 });

it("changes nothing but the size of the pages", async () => {
  await fc.assert(
    fc.asyncProperty(chunks, fc.boolean(), async (plan, fails) => {
      let name = 0;
      const listed: ListedChunk[] = plan.map(({ length, state }, index) => {
        const objects = Array.from({ length }, () => object(name++));
        return state ? { objects, states: [{ scope: "s", name: String(index), value: "1" }] } : { objects };
      });
      async function* listing(): AsyncGenerator<ListedChunk> {
        yield* listed;
        if (fails) throw new Error("out of reach");
      }
      const uris: string[] = [];
      // each state with how many objects stood before its end
      const states: string[] = [];
      let failed = false;
      try {
        for await (const page of ledgerPages(listing())) {
          uris.push(...page.objects.map(({ uri }) => uri));
          for (const state of page.states ?? []) states.push(`${state.name} after ${uris.length}`);
        }
      } catch {
        failed = true;
      }
      let count = 0;
      const expected: string[] = [];
      for (const chunk of listed) {
        count += chunk.objects.length;
        for (const state of chunk.states ?? []) expected.push(`${state.name} after ${count}`);
      }
      expect(failed).toBe(fails);
      expect(uris).toEqual(listed.flatMap(({ objects }) => objects.map(({ uri }) => uri)));
      expect(states).toEqual(expected);
    }),
    { numRuns: 20 },
  );
});

it("asks the ledger seldom", async () => {
  async function* listing(): AsyncGenerator<ListedChunk> {
    for (let page = 0; page < 100; page++)
      yield { objects: Array.from({ length: 1000 }, (_, i) => object(page * 1000 + i)) };
  }
  let pages = 0;
  for await (const page of ledgerPages(listing())) if (page.objects.length > 0) pages++;
  expect(pages).toBeLessThan(20);
});
