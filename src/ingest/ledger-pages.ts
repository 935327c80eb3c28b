/** The grouping of listed objects into pages that are worth a query to a large ledger. */
import type { ListedChunk, TrailObject } from "./listing/source.ts";

/** Objects of a page: each query goes through all names of the ledger. */
const pageObjects = 16_384;
/** The longest wait of the readers for a slow listing. */
const pageMilliseconds = 500;

/** The same objects in the same order. A state to be remembered ends a page; a failure follows what was listed before it. */
export async function* ledgerPages(listing: AsyncIterable<ListedChunk>): AsyncGenerator<ListedChunk> {
  let page: TrailObject[] = [];
  let since = performance.now();
  // the first chunk goes at once: the readers are idle
  let enough = 1;
  try {
    for await (const chunk of listing) {
      if (page.length === 0) since = performance.now();
      if (chunk.states === undefined) {
        for (const object of chunk.objects) page.push(object);
        if (page.length < enough && performance.now() - since < pageMilliseconds) continue;
        enough = pageObjects;
        yield { objects: page };
      } else {
        if (page.length > 0) yield { objects: page };
        yield chunk;
      }
      page = [];
    }
  } catch (thrown) {
    if (page.length > 0) yield { objects: page };
    throw thrown;
  }
  if (page.length > 0) yield { objects: page };
}
