/** The byte order mark of UTF-8, which some tools put before a file. */

/** The index of the first byte behind it; 0 without one. */
export function afterByteOrderMark(content: Uint8Array): number {
  return content[0] === 0xef && content[1] === 0xbb && content[2] === 0xbf ? 3 : 0;
}
