import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // the second one fails a whole run in which the test of a rule did not pass
    reporters: ["default", "./test/support/rules-reporter.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
