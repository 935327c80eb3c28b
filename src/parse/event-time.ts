/** Reading eventTime: RFC 3339 with any offset, to epoch milliseconds. */

const daysBeforeMonth = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334] as const;
const daysInMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Epoch milliseconds, fractions beyond them cut; null if the text is not an RFC 3339 time. */
export function parseEventTime(text: unknown): number | null {
  if (typeof text !== "string" || text.length < 20 || text.length > 35) return null;
  if (text[4] !== "-" || text[7] !== "-" || text[13] !== ":" || text[16] !== ":") return null;
  const separator = text[10];
  if (separator !== "T" && separator !== "t") return null;
  const century = twoDigits(text, 0);
  const yearOfCentury = twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  if (century < 0 || yearOfCentury < 0 || day < 1 || hour < 0 || minute < 0 || second < 0) return null;
  // 60 is a leap second, which RFC 3339 allows; it reads as the second after.
  if (hour > 23 || minute > 59 || second > 60) return null;
  const days = daysSinceEpoch(century * 100 + yearOfCentury, month, day);
  if (days === null) return null;

  let at = 19;
  let millis = 0;
  if (text[at] === ".") {
    at += 1;
    const from = at;
    while (isDigit(text, at)) {
      if (at - from < 3) millis = millis * 10 + digit(text, at);
      at += 1;
    }
    const digits = at - from;
    if (digits < 1 || digits > 9) return null;
    if (digits < 3) millis *= digits === 1 ? 100 : 10;
  }
  const offset = offsetMinutes(text, at);
  if (offset === null) return null;
  return (((days * 24 + hour) * 60 + minute - offset) * 60 + second) * 1000 + millis;
}

function daysSinceEpoch(year: number, month: number, day: number): number | null {
  const length = daysInMonth[month - 1];
  const before = daysBeforeMonth[month - 1];
  if (length === undefined || before === undefined) return null;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (day > (leap && month === 2 ? 29 : length)) return null;
  const past = year - 1;
  const leapDays = Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
  // 719162 days lie between 0001-01-01 and the epoch.
  return past * 365 + leapDays + before + (leap && month > 2 ? 1 : 0) + day - 1 - 719_162;
}

function offsetMinutes(text: string, at: number): number | null {
  const sign = text[at];
  if (sign === "Z" || sign === "z") return text.length === at + 1 ? 0 : null;
  if ((sign !== "+" && sign !== "-") || text.length !== at + 6 || text[at + 3] !== ":") return null;
  const hours = twoDigits(text, at + 1);
  const minutes = twoDigits(text, at + 4);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return null;
  const total = hours * 60 + minutes;
  return sign === "-" ? -total : total;
}

/** The number at `at`, or -1. */
function twoDigits(text: string, at: number): number {
  return isDigit(text, at) && isDigit(text, at + 1) ? digit(text, at) * 10 + digit(text, at + 1) : -1;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}

function digit(text: string, at: number): number {
  return text.charCodeAt(at) - 48;
}
