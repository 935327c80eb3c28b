/** Matching with wildcards: whole texts, ARNs segment by segment, and resources. */

/** `*` and `?` in a pattern; any other element is a character that stands for itself. */
export const anyText = 0;
export const anyCharacter = 1;
export type Pattern = readonly (string | typeof anyText | typeof anyCharacter)[];

/** The pattern of a text, with `*` and `?` as wildcards. */
export function patternOf(text: string): Pattern {
  return Array.from(text, (letter) => (letter === "*" ? anyText : letter === "?" ? anyCharacter : letter));
}

/** Whether the whole text matches, in time bounded by the product of the lengths. */
export function matches(pattern: Pattern, text: string): boolean {
  const letters = Array.from(text);
  let at = 0;
  let here = 0;
  let star = -1;
  let starAt = 0;
  while (at < letters.length) {
    const wanted = pattern[here];
    if (wanted === anyText) {
      star = here;
      starAt = at;
      here += 1;
    } else if (wanted === anyCharacter || (wanted !== undefined && wanted === letters[at])) {
      here += 1;
      at += 1;
    } else if (star >= 0) {
      here = star + 1;
      starAt += 1;
      at = starAt;
    } else return false;
  }
  while (pattern[here] === anyText) here += 1;
  return here === pattern.length;
}

const segments = 6;

/** The parts of an ARN: six at most, since profile and model ids hold colons of their own. */
export function splitArn(arn: string): string[] {
  const parts = arn.split(":");
  return [...parts.slice(0, segments - 1), ...(parts.length >= segments ? [parts.slice(segments - 1).join(":")] : [])];
}

function splitPattern(pattern: Pattern): Pattern[] {
  const parts: (string | typeof anyText | typeof anyCharacter)[][] = [[]];
  for (const element of pattern) {
    if (element === ":" && parts.length < segments) parts.push([]);
    else parts.at(-1)?.push(element);
  }
  return parts;
}

/** Whether an ARN matches as `ArnLike` compares: six segments on both sides, with wildcards inside a segment, except in the last. */
export function matchesArn(pattern: Pattern, arn: string): boolean {
  const wanted = splitPattern(pattern);
  const given = splitArn(arn);
  if (wanted.length < segments || given.length < segments) return false;
  return wanted.every((part, index) => matches(part, given[index] ?? ""));
}

/** Whether a resource matches as in a Resource element: by segments, the last of which takes all the rest, colons too. */
export function matchesResource(pattern: Pattern, resource: string): boolean {
  if (pattern.every((element) => element === anyText)) return pattern.length > 0;
  const wanted = splitPattern(pattern);
  const given = resource.split(":");
  if (given.length < wanted.length) return false;
  const last = wanted.length - 1;
  return wanted.every((part, index) =>
    matches(part, index < last ? (given[index] ?? "") : given.slice(last).join(":")),
  );
}

/** Whether an action matches; case does not count. */
export function matchesAction(pattern: string, action: string): boolean {
  return matches(patternOf(pattern.toLowerCase()), action.toLowerCase());
}

/** The last part of an ARN or of a pattern for one. */
export function resourcePart(arn: string): string {
  const parts = splitArn(arn);
  // a pattern that ends early matches all the rest
  return parts.length === 6 ? (parts[5] ?? "") : arn.endsWith("*") ? "*" : "";
}
