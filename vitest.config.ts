import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // the second one fails a whole run in which the test of a rule did not pass, the third one names what was skipped
    reporters: ["default", "./test/support/rules-reporter.ts", "./test/support/skips-reporter.ts"],
    // much of it waits for servers and processes: more of them than two cores
    maxWorkers: 3,
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
