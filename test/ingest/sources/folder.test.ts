/** What a folder lists: every file once, in order, with its place and version; links followed, never in circles. */
import { mkdirSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { folderSource } from "../../../src/ingest/sources/folder.ts";
import { type TrailObject, noMemory } from "../../../src/ingest/listing/source.ts";
import { temporaryFolder } from "../../support/temp-folder.ts";
import { logPath, putFile } from "../../support/trail-files.ts";

const root = temporaryFolder();

async function listed(folder: string): Promise<readonly TrailObject[]> {
  const all: TrailObject[] = [];
  for await (const chunk of folderSource(folder).list(noMemory)) all.push(...chunk.objects);
  return all;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const base = `${pathToFileURL(folder).href}/`;
  return (await listed(folder)).map(({ uri }) => decodeURIComponent(uri.replace(base, "")));
}

it("files first, then folders, in the order of their names", async () => {
  const folder = join(root, "order");
  for (const name of ["b/2.json.gz", "b/1.json.gz", "a/x/9.json", "z.json", "a/0.json"])
    putFile(join(folder, name), "x");
  expect(await namesIn(folder)).toEqual(["z.json", "a/0.json", "a/x/9.json", "b/1.json.gz", "b/2.json.gz"]);
});

it("a single file is a source of its own", async () => {
  const path = putFile(logPath(join(root, "single"), "One"), "bytes");
  const [object, ...rest] = await listed(path);
  expect(rest).toEqual([]);
  expect(object).toMatchObject({
    uri: pathToFileURL(path).href,
    size: 5,
    accountId: "111122223333",
    region: "eu-central-1",
    day: "2026-09-02",
    skip: null,
  });
});

it("names with spaces, letters of any script and percent signs come back as they are", async () => {
  const folder = join(root, "odd names");
  const names = ["100%.json", "a b.json", "größe#1?.json", "日本.json.gz"];
  for (const name of names) putFile(join(folder, name), "x");
  expect(await namesIn(folder)).toEqual(names.toSorted());
  expect((await listed(folder)).every(({ uri }) => !uri.includes(" "))).toBe(true);
});

it("another size or time is another version", async () => {
  const path = putFile(join(root, "version", "x.json"), "one");
  utimesSync(path, 1_700_000_000, 1_700_000_000);
  const first = (await listed(path))[0]?.etag;
  expect((await listed(path))[0]?.etag).toBe(first);
  utimesSync(path, 1_700_000_001, 1_700_000_001);
  const second = (await listed(path))[0]?.etag;
  putFile(path, "two and more");
  utimesSync(path, 1_700_000_001, 1_700_000_001);
  expect(new Set([first, second, (await listed(path))[0]?.etag]).size).toBe(3);
});

describe("links", () => {
  it("to files and folders are followed, a folder only once", async () => {
    const folder = join(root, "links");
    putFile(join(folder, "real", "1.json"), "x");
    mkdirSync(join(folder, "more"));
    symlinkSync(join(folder, "real"), join(folder, "more", "again"));
    symlinkSync(folder, join(folder, "real", "circle"));
    symlinkSync(join(folder, "real", "1.json"), join(folder, "alias.json"));
    expect(await namesIn(folder)).toEqual(["alias.json", "more/again/1.json"]);
  });

  it("to nowhere and to themselves are listed, so that they are noticed", async () => {
    const folder = join(root, "broken links");
    mkdirSync(folder);
    symlinkSync("nowhere.json", join(folder, "a.json"));
    symlinkSync("b.json", join(folder, "b.json"));
    expect((await listed(folder)).map(({ etag, size }) => [etag, size])).toEqual([
      ["missing", 0],
      ["missing", 0],
    ]);
  });
});

it("more files than fit into one chunk are all listed", async () => {
  const folder = join(root, "many");
  for (let n = 0; n < 2_005; n++) putFile(join(folder, `${String(n).padStart(5, "0")}.json`), "");
  const names = await namesIn(folder);
  expect(names).toHaveLength(2_005);
  expect(new Set(names).size).toBe(2_005);
});
