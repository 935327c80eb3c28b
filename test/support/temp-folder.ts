/** Folders of tests that are gone afterwards. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** A fresh folder, removed when the test file is done. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "spillway-test-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
