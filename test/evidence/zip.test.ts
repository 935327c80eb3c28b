import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../support/run-cli.ts";
import { useTestCredentials } from "../support/s3-trail.ts";
import { temporaryFolder } from "../support/temp-folder.ts";
import { evidence, ingestVerified, trailWithCalls } from "./made-pack.ts";

useTestCredentials();
const folder = temporaryFolder();
const warehouse = join(folder, "spillway.duckdb");
const pack = join(folder, "pack.zip");
let copies = 0;

beforeAll(async () => {
  await ingestVerified(trailWithCalls(), warehouse);
  expect((await evidence(warehouse, pack)).code).toBe(0);
});

/** The zip with something done to its bytes. */
function damaged(change: (zip: Buffer) => Buffer | void): string {
  const zip = readFileSync(pack);
  const changed = change(zip) ?? zip;
  const file = join(folder, `damaged-${copies++}.zip`);
  writeFileSync(file, changed);
  return file;
}

/** Where the directory has the entry of this name. */
function entryAt(zip: Buffer, name: string): number {
  for (let at = zip.readUInt32LE(zip.length - 6); at < zip.length - 22;) {
    const length = zip.readUInt16LE(at + 28);
    if (zip.toString("utf8", at + 46, at + 46 + length).endsWith(name)) return at;
    at += 46 + length;
  }
  throw new Error(`no entry ${name}`);
}

describe("a zip", () => {
  it("is checked without being unpacked by hand", async () => {
    const { stdout, code } = await runCli(["evidence", "verify", pack]);
    expect(stdout).toBe("valid-unsigned\n");
    expect(code).toBe(0);
  });

  const cases: readonly (readonly [string, (zip: Buffer) => Buffer | void, RegExp])[] = [
    ["no zip at all", () => Buffer.from("hello"), /not a zip/],
    ["a zip that is cut", (zip) => zip.subarray(0, zip.length >> 1), /not a zip/],
    [
      "two entries of one name",
      (zip) => {
        const at = entryAt(zip, "/reports/spillover-by-region.csv");
        zip.write("BOUNDARY-VIOLATIONS.csv", at + 46 + zip.readUInt16LE(at + 28) - 23);
      },
      /two entries of one name/,
    ],
    [
      "a name that leads out",
      (zip) => {
        const at = entryAt(zip, "/bagit.txt");
        zip.write("../", at + 46);
      },
      /outside the pack/,
    ],
    [
      "a link",
      (zip) => {
        zip.writeUInt32LE(0xa1ff_0000, entryAt(zip, "/bagit.txt") + 38);
      },
      /a link/,
    ],
    [
      "a lying local header",
      (zip) => {
        const local = zip.readUInt32LE(entryAt(zip, "/bagit.txt") + 42);
        zip.write("X", local + 30);
      },
      /local header differs/,
    ],
    [
      "a bomb: more bytes than it says",
      (zip) => {
        const at = entryAt(zip, "/report.html");
        zip.writeUInt32LE(10, at + 24);
        zip.writeUInt32LE(10, zip.readUInt32LE(at + 42) + 22);
      },
      /more bytes than its directory says/,
    ],
    [
      "a bomb: it says so itself",
      (zip) => {
        for (let at = zip.readUInt32LE(zip.length - 6); at < zip.length - 22; at += 46 + zip.readUInt16LE(at + 28))
          zip.writeUInt32LE(0xffff_fff0, at + 24);
      },
      /more than 64 GB/,
    ],
    [
      "entries that overlap",
      (zip) => {
        zip.writeUInt32LE(zip.length, entryAt(zip, "/report.html") + 20);
      },
      /overlap/,
    ],
    [
      "one byte changed",
      (zip) => {
        const at = zip.readUInt32LE(entryAt(zip, "/report.html") + 42) + 2000;
        zip.writeUInt8(zip.readUInt8(at) ^ 1, at);
      },
      /cannot be unpacked|other bytes|more bytes/,
    ],
  ];

  for (const [name, damage, said] of cases) {
    it(`is refused: ${name}`, async () => {
      const { stdout, stderr, code } = await runCli(["evidence", "verify", damaged(damage)]);
      expect(stderr).toMatch(said);
      expect(stdout).toBe("invalid\n");
      expect(code).toBe(3);
    });
  }

  it("that is not there is wrong use, and an empty folder is invalid", async () => {
    expect((await runCli(["evidence", "verify", join(folder, "none.zip")])).code).toBe(2);
    mkdirSync(join(folder, "nothing"));
    expect((await runCli(["evidence", "verify", join(folder, "nothing")])).code).toBe(3);
    expect((await runCli(["evidence", "--boundary", "eu"])).code).toBe(2);
  });
});
