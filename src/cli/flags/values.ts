/** The parsing of flag values that several commands take. */
import { InvalidArgumentError } from "commander";
import { parseBytes } from "../../bytes-text.ts";
import { isDay } from "../../day.ts";

/** A commander parser for whole numbers from `least` to `most`. */
export function wholeNumber(flag: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(`${flag} takes a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

/** A parser that collects a flag given several times, or once with commas. */
export function list(text: string, earlier: readonly string[] | undefined): readonly string[] {
  return [
    ...(earlier ?? []),
    ...text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  ];
}

/** A day (YYYY-MM-DD) or an RFC 3339 time, as UTC. */
export function time(text: string): Date {
  const full = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text;
  const zoned = /(?:Z|[+-]\d{2}:\d{2})$/i.test(full) ? full : `${full}Z`;
  const value = new Date(zoned);
  if (Number.isNaN(value.getTime()) || !isDay(text.slice(0, 10))) {
    throw new InvalidArgumentError("Give a day such as 2026-09-14, or a time such as 2026-09-14T08:00:00Z.");
  }
  return value;
}

/** A commander parser for days, YYYY-MM-DD. */
export function day(text: string): string {
  if (isDay(text)) return text;
  throw new InvalidArgumentError("Give a day such as 2026-09-14.");
}

/** A commander parser for numbers of bytes, with or without a unit. */
export function bytes(text: string): number {
  const value = parseBytes(text);
  if (value === undefined || value <= 0)
    throw new InvalidArgumentError("Write it as 10GB, 500MB or a number of bytes.");
  return value;
}

export function dollars(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError("Write US dollars, for example 5 or 6.75.");
  return value;
}
