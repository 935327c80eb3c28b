// Copies the data files that lie beside the sources (JSON, WebAssembly, the page's style and script, the pack's own files) into dist; tsc only moves code.
import { cpSync } from "node:fs";

cpSync("src", "dist", {
  recursive: true,
  filter: (path) =>
    !/\.[a-z]+$/.test(path) || (/\.(?:json|wasm|csv|css|js|py|md)$/.test(path) && !path.endsWith("tsconfig.json")),
});
