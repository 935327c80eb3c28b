// Starts the worker from TypeScript sources in development; not part of the built package.
import { register } from "tsx/esm/api";

register();
await import("./seal-worker.ts");
