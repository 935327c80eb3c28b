/** The turning of JSON lines into a JSON array, byte by byte as they come. */
import type { OutputStream } from "../../effects.ts";

const lineFeed = 0x0a;
const between = Buffer.from(",\n");

/** Writes the lines as the elements of an array, laid out as `formats/json` does it. */
export async function writeAsArray(lines: AsyncIterable<Uint8Array>, output: OutputStream): Promise<void> {
  let begun = false;
  /** A line has ended, and it is not known yet whether another one follows. */
  let open = false;
  for await (const bytes of lines) {
    const pieces: Uint8Array[] = [];
    if (!begun) pieces.push(Buffer.from("[\n"));
    begun = true;
    for (let at = 0; at < bytes.length;) {
      if (open) pieces.push(between);
      const end = bytes.indexOf(lineFeed, at);
      open = end >= 0;
      pieces.push(bytes.subarray(at, open ? end : bytes.length));
      at = open ? end + 1 : bytes.length;
    }
    await output.write(Buffer.concat(pieces));
  }
  await output.write(begun ? "\n]\n" : "[]\n");
}
