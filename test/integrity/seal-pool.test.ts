import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import type { LogFile } from "../../src/integrity/archive.ts";
import { SealPool } from "../../src/integrity/seal-pool.ts";
import { sealOf } from "../../src/parse/seal.ts";
import { temporaryFolder } from "../support/temp-folder.ts";

it("hashes in threads as it does without, in the order asked, a missing file too", async () => {
  const folder = temporaryFolder();
  const bodies = Array.from({ length: 600 }, (_, index) => {
    const body = gzipSync(`{"Records":[${index}]}`);
    return index % 97 === 0 ? Buffer.concat([body, Buffer.from("x")]) : body;
  });
  const files = bodies.map((body, index): LogFile => {
    const path = join(folder, `${index}.json.gz`);
    if (index !== 500) writeFileSync(path, body);
    return { key: path, uri: path, deliveredAt: null, locator: { kind: "file", path } };
  });
  await using pool = new SealPool(2);
  const seals = await pool.read(files);
  const expected = bodies.map((body) => sealOf(body));
  expect(seals.filter((_, index) => index !== 500)).toEqual(expected.filter((_, index) => index !== 500));
  expect(seals[500]).toMatchObject({ unread: "not-found" });
  // and the few that need no thread
  await using small = new SealPool(2);
  expect(await small.read(files.slice(0, 5))).toEqual(expected.slice(0, 5));
});
