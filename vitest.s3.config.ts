import { defineConfig } from "vitest/config";

// `npm run test:s3`: everything that needs an S3 server that we did not write.
export default defineConfig({
  test: {
    include: ["test/s3-servers/**/*.s3.ts"],
    testTimeout: 300_000,
    // A server that is not there yet is built: MinIO takes minutes.
    hookTimeout: 1_200_000,
    fileParallelism: false,
  },
});
