/** The deterministic randomness of made-up logs: the same seed gives the same bytes on every machine. */

/** A list with at least one element, so that a pick always has a result. */
export type Choice<T> = readonly [T, ...T[]];

export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number in [0, limit). */
  int(limit: number): number;
  chance(probability: number): boolean;
  pick<T>(list: Choice<T>): T;
  /** Lower-case hexadecimal digits. */
  hex(length: number): string;
  /** A version 4 UUID. */
  uuid(): string;
  /** Upper-case letters and digits, as in access keys. */
  code(length: number): string;
  /** Letters of both cases and digits, as in trail object names. */
  mixed(length: number): string;
}

const hexPairs: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const mixedLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789Ab";

function hexWord(word: number): string {
  return `${hexPairs[word >>> 24]}${hexPairs[(word >>> 16) & 255]}${hexPairs[(word >>> 8) & 255]}${hexPairs[word & 255]}`;
}

/** Generator sfc32: small, fast and good enough for logs; never for secrets. */
export function createRandom(seed: number): Random {
  let a = 0x9e3779b9 ^ seed;
  let b = 0x243f6a88;
  let c = 0xb7e15162;
  let counter = seed | 1;
  const word = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 16; i += 1) word();

  const next = (): number => word() / 4_294_967_296;
  const int = (limit: number): number => Math.floor(next() * limit);
  const letters = (alphabet: string, bits: number, length: number): string => {
    let text = "";
    let pool = 0;
    let left = 0;
    for (let i = 0; i < length; i += 1) {
      if (left < bits) {
        pool = word();
        left = 32;
      }
      text += alphabet[pool & (alphabet.length - 1)] ?? "";
      pool >>>= bits;
      left -= bits;
    }
    return text;
  };
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick: (list) => list[int(list.length)] ?? list[0],
    hex: (length) => {
      let text = "";
      while (text.length < length) text += hexWord(word());
      return text.length === length ? text : text.slice(0, length);
    },
    uuid: () => {
      const second = hexWord(word());
      const third = hexWord(word());
      const variant = "89ab"[word() & 3] ?? "8";
      return `${hexWord(word())}-${second.slice(0, 4)}-4${second.slice(5)}-${variant}${third.slice(1, 4)}-${third.slice(4)}${hexWord(word())}`;
    },
    code: (length) => letters(upper, 5, length),
    mixed: (length) => letters(mixedLetters, 6, length),
  };
}
