import { defineConfig } from "vitest/config";

// `npm run test:trino`: everything that needs a real Trino server. One server for all files.
export default defineConfig({
  test: {
    include: ["test/engines/trino/**/*.trino.ts"],
    globalSetup: ["test/engines/trino/server.ts"],
    testTimeout: 180_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
});
