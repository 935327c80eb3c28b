/** Finding people in text: sessions and users in ARNs, e-mail addresses, IP addresses, and names that a record says are its own. */
import { isIPv4, isIPv6 } from "node:net";

export interface PersonalText {
  /** Values of the record's own people: session, source identity, user name, id of the principal. */
  readonly own: readonly (string | null)[];
  /** Whether names of users stay; sessions, addresses and the record's own values never do. */
  readonly keepUsers: boolean;
}

/** What stands for a person. The same person has the same stand-in everywhere. */
export type StandIn = (person: string) => string;

interface Found {
  readonly start: number;
  readonly person: string;
}

/** Names of sessions and users, with all characters that STS and IAM allow. */
const sessionArn = /:(?:assumed-role\/(?:[\w+=,.@-]+\/)+|federated-user\/)([\w+=,.@-]+)/g;
const userArn = /:user\/(?:[^\s/"']+\/)*([\w+=,.@-]+)/g;
const address = /[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*/gu;
const fourParts = /(?<![\p{L}\p{N}_.-])\d{1,3}(?:\.\d{1,3}){3}(?![\p{L}\p{N}_-]|\.\d)/gu;
const colons =
  /(?<![\p{L}\p{N}_:.-])[0-9a-f]*:(?:[0-9a-f:]*:)?(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*)(?![\p{L}\p{N}_:-]|\.\d)/giu;
/** The shortest value to look for: shorter ones occur in half of all texts by chance. */
const shortestOwn = 3;

/** The text with a stand-in for every person in it. */
export function coverText(text: string, { own, keepUsers }: PersonalText, standIn: StandIn): string {
  const found = [
    ...captures(text, sessionArn),
    ...(keepUsers ? [] : captures(text, userArn)),
    ...matches(text, address, () => true),
    ...matches(text, fourParts, isIPv4),
    ...matches(text, colons, isIPv6),
    ...own.flatMap((value) => (value === null || value.length < shortestOwn ? [] : wholeWords(text, value))),
  ].toSorted((a, b) => a.start - b.start || b.person.length - a.person.length);
  if (found.length === 0) return text;
  let covered = "";
  let at = 0;
  for (const { start, person } of found) {
    if (start < at) continue;
    covered += text.slice(at, start) + standIn(person);
    at = start + person.length;
  }
  return covered + text.slice(at);
}

/** The name at the end of an ARN; a full stop or comma behind it is the sentence's. */
function captures(text: string, pattern: RegExp): Found[] {
  return [...text.matchAll(pattern)].flatMap((match) => {
    const name = match[1] ?? "";
    const person = name.replace(/[.,]+$/, "");
    return person === "" ? [] : [{ start: match.index + match[0].length - name.length, person }];
  });
}

function matches(text: string, pattern: RegExp, isOne: (candidate: string) => boolean): Found[] {
  return [...text.matchAll(pattern)]
    .map((match) => ({ start: match.index, person: match[0] }))
    .filter(({ person }) => isOne(person));
}

const wordCharacter = /[\p{L}\p{N}_]/u;

function wholeWords(text: string, value: string): Found[] {
  const found: Found[] = [];
  for (let start = text.indexOf(value); start >= 0; start = text.indexOf(value, start + 1)) {
    const before = text[start - 1] ?? "";
    const after = text[start + value.length] ?? "";
    const isWhole = !joins(before, value[0] ?? "") && !joins(value.at(-1) ?? "", after);
    if (isWhole) found.push({ start, person: value });
  }
  return found;
}

/** Whether two characters belong to one word. */
function joins(left: string, right: string): boolean {
  return wordCharacter.test(left) && wordCharacter.test(right);
}
