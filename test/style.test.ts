/** The words of the project: each thing has one name, and the retired names do not come back, neither in code nor in guides. */
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

const texts = ["src", "queries", "docs", "kernel", "scripts"].flatMap((folder) =>
  readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" })
    .map((file) => `${folder}/${file.replaceAll("\\", "/")}`)
    .filter((file) => /\.(?:ts|mjs|sql|md)$/.test(file) && !file.endsWith("/kernel-binary.ts"))
    .map((file) => ({ file, text: readFileSync(`${root}${file}`, "utf8") })),
);

/** Names that had several meanings or none, with what to write instead. */
const retired: readonly (readonly [name: RegExp, instead: string])[] = [
  [/\b(?:roomFor\w*|makeRoom|hasRoom)\b/, "the number of bytes, or resource limits"],
  [/\b[Ss]tanding(?:s?Of|At)?\b(?= ?[:=({,;)])/, "the state, position or outcome that is meant"],
  [/\b(?:gathered|kinded|policed)\b(?= (?:as|AS|[a-z]$|\())/, "what the rows are: requests, models, policies"],
  [/\b(?:copy_slice|slice_\w+|foldSlice|slices)\b/, "the day or the key range"],
  [/\b(?:OpenStretch|stretch)\b/, "a range"],
  [/\b(?:Workspace|Skeleton|Harvest|cameLate)\b/, "ScanBuffer, StructuralIndex, or what it is"],
  [/\b(?:toldBy|tellOf\w+|untold)\b|\b(?:is|are) told of\b/, "reported, named, recorded"],
  [/\b(?:CastName|cast\.ts)\b/, "callers"],
  [
    /\b(?:type|interface|class) (?:Evidence|Finding|Outcome|Progress|Batch|Reader|Standing)\b/,
    "a longer name: LogFinding, IngestProgress, CallOutcome",
  ],
  [/\bfunction (?:isFinding|isScope)\b/, "the name of the thing too: isDriftFinding, isProfileScope"],
];

const phrases: readonly (readonly [phrase: RegExp, instead: string])[] = [
  [/^\/\*\*(?:\n \*)? Owns /, "the noun alone: a module is what it says"],
  [/(?<![Tt]here )\b(?:is|was) no (?!longer|more\b|less\b|other\b|one\b|reason)[a-z]+/, "is not a …"],
  [/(?<![Tt]here )\b(?:are|were) no (?!longer|more\b|less\b|other\b)[a-z]+/, "are not …"],
  [/(?:\*|\/\*\*) Call (?:it|this)\b/, "what the function does, and that it is to be called so"],
  [
    /\bof whom\b|\bfor want of\b|\bone behind the other\b|\bgives? back\b/,
    "whose, because … is missing, one after the other, returns",
  ],
  [/\bmust not be (?:listed|read|written|assumed)\b/, "is not allowed to, where permission is meant"],
];

function linesWith(pattern: RegExp): string[] {
  return texts.flatMap(({ file, text }) => {
    const anywhere = new RegExp(pattern.source, "gu");
    return [...text.matchAll(anywhere)].map(
      ({ index, 0: found }) => `${file}:${text.slice(0, index).split("\n").length} ${found}`,
    );
  });
}

describe("the words", () => {
  it("are looked for in all files", () => {
    expect(texts.length).toBeGreaterThan(500);
    expect(linesWith(/\bserved Region\b/).length).toBeGreaterThan(10);
  });

  it.each(retired)("have no %s: write %s", (name) => expect(linesWith(name)).toEqual([]));

  it.each(phrases)("are English without %s: write %s", (phrase) => expect(linesWith(phrase)).toEqual([]));
});

it.each([
  ["the file is no digest", false],
  ["there is no digest", true],
  ["it is no longer there", true],
  ["they are no sums", false],
])("a folded negation is found: %s", (text, isFine) => {
  expect(phrases.some(([phrase]) => new RegExp(phrase.source, "u").test(text))).toBe(!isFine);
});
