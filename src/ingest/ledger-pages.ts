/** Gathering what is listed into pages that are worth a question to a large ledger. */
import type { ListedChunk, TrailObject } from "./listing/source.ts";

/** The ledger is asked once for a page, and looks through all of its names each time. */
const pageObjects = 16_384;
/** A slow listing does not make the readers wait for longer. */
const pageMilliseconds = 500;

/** The same objects in the same order. What is to be remembered ends a page; a failure comes after what was listed before it. */
export async function* ledgerPages(listing: AsyncIterable<ListedChunk>): AsyncGenerator<ListedChunk> {
  let page: TrailObject[] = [];
  let since = performance.now();
  // the first chunk goes at once: the readers have nothing to do yet
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
