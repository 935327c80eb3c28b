// The search kernel (AssemblyScript): 64 bytes at a time into bit masks, as simdjson does it.
// Its contract is `StructuralIndex` in src/parse/scan-buffer.ts; test/parse/plain-scanner.ts is the same in plain TypeScript.
// Memory: [0, marksEnd) marks, [marksEnd, hitsEnd) hits, content from `content` on, zeros behind it.

const MARKS: usize = 0;
const MARK_CAPACITY: u32 = 16384;
const HITS: usize = 65536;
const HIT_CAPACITY: u32 = 8192;

let depth: i32 = 0;
let level: i32 = 0;
let insideString: u64 = 0; // all ones if the last block ended inside a string
let escapedNext: u64 = 0; // 1 if the last block ended with a backslash that escapes the next byte

export let markCount: u32 = 0;
export let hitCount: u32 = 0;

export function start(at: i32): void {
  depth = 0;
  level = at;
  insideString = 0;
  escapedNext = 0;
  markCount = 0;
  hitCount = 0;
}

// 0 if all brackets and strings are closed.
export function rest(): i32 {
  return depth | <i32>(insideString & 1);
}

// @ts-ignore: decorator
@inline
function bits(a: v128, b: v128, c: v128, d: v128): u64 {
  return (
    <u64>(<u32>i8x16.bitmask(a) | (<u32>i8x16.bitmask(b) << 16)) |
    (<u64>(<u32>i8x16.bitmask(c) | (<u32>i8x16.bitmask(d) << 16)) << 32)
  );
}

// @ts-ignore: decorator
@inline
function equal(a: v128, b: v128, c: v128, d: v128, value: v128): u64 {
  return bits(i8x16.eq(a, value), i8x16.eq(b, value), i8x16.eq(c, value), i8x16.eq(d, value));
}

// @ts-ignore: decorator
@inline
function startsNeedle(low: v128, at: usize): v128 {
  return v128.and(i8x16.eq(low, i8x16.splat(0x62)), i8x16.eq(v128.load(at + 6), i8x16.splat(0x6b)));
}

// Searches from `from` (a multiple of 64 from the content's start) to `end` or until a list may overflow; returns where it stopped.
// Marks and hits of earlier calls have to be taken before: both lists start anew.
export function skim(from: usize, end: usize, content: usize): usize {
  markCount = 0;
  hitCount = 0;
  let at = from;
  let open = depth;
  let inside = insideString;
  let carried = escapedNext;
  for (; at < end; at += 64) {
    if (markCount > MARK_CAPACITY - 64 || hitCount > HIT_CAPACITY - 64) break;
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const c = v128.load(at, 32);
    const d = v128.load(at, 48);

    let found: u64 = 0;
    // `bedrock`: first and last letter at the right distance, then the letters between.
    const na = startsNeedle(a, at);
    const nb = startsNeedle(b, at + 16);
    const nc = startsNeedle(c, at + 32);
    const nd = startsNeedle(d, at + 48);
    if (v128.any_true(v128.or(v128.or(na, nb), v128.or(nc, nd)))) {
      let maybe = bits(na, nb, nc, nd);
      while (maybe != 0) {
        if ((load<u64>(at + <usize>ctz(maybe)) & 0x00ffffffffffffff) == 0x6b636f72646562) found |= maybe & (0 - maybe);
        maybe &= maybe - 1;
      }
    }

    const slashes = equal(a, b, c, d, i8x16.splat(0x5c));
    let quotes = equal(a, b, c, d, i8x16.splat(0x22));
    if ((slashes | carried) != 0) {
      // \u006. and \u007.: an escaped ASCII letter.
      let left = slashes;
      while (left != 0) {
        const text = load<u64>(at + <usize>ctz(left)) & 0xffffffffff;
        if (text == 0x363030755c || text == 0x373030755c) found |= left & (0 - left);
        left &= left - 1;
      }
      // A backslash escapes unless it is escaped itself: runs of backslashes, by the carry of an addition.
      const slash = slashes & ~carried;
      const follows = (slash << 1) | carried;
      const evens: u64 = 0x5555555555555555;
      const oddStarts = slash & ~evens & ~follows;
      const sequences = oddStarts + slash;
      carried = sequences < oddStarts ? 1 : 0;
      quotes &= ~((evens ^ (sequences << 1)) & follows);
    }

    if (found != 0) {
      let left = found;
      while (left != 0) {
        store<u32>(HITS + <usize>hitCount * 4, <u32>(at - content) + <u32>ctz(left));
        hitCount++;
        left &= left - 1;
      }
    }

    // Bit i of `strings` is set if an odd number of quotes stands at or before byte i.
    let strings = quotes;
    strings ^= strings << 1;
    strings ^= strings << 2;
    strings ^= strings << 4;
    strings ^= strings << 8;
    strings ^= strings << 16;
    strings ^= strings << 32;
    strings ^= inside;
    inside = <u64>(<i64>strings >> 63);

    // The four brackets, and Y _ y DEL, which are told apart below.
    const fold = i8x16.splat(0x26);
    let brackets =
      equal(v128.or(a, fold), v128.or(b, fold), v128.or(c, fold), v128.or(d, fold), i8x16.splat(0x7f)) & ~strings;
    while (brackets != 0) {
      const i = <usize>ctz(brackets);
      brackets &= brackets - 1;
      const byte = <u32>load<u8>(at + i) & ~0x20;
      if (byte == 0x5b) {
        if (open++ > level) continue;
      } else if (byte == 0x5d) {
        if (--open > level) continue;
      } else continue;
      store<u32>(MARKS + <usize>markCount * 4, <u32>(at + i - content));
      markCount++;
    }
  }
  depth = open;
  insideString = inside;
  escapedNext = carried;
  return at;
}
