// Compiles the search kernel: kernel/skim.ts (AssemblyScript) to src/parse/kernel-binary.ts; `--print` writes to stdout instead.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = new URL("..", import.meta.url);
const options = "-O3 --noAssert --enable simd --runtime stub --importMemory --noExportMemory --initialMemory 3";
let binary = new Uint8Array();
const { error, stderr } = await asc.main(
  ["kernel/skim.ts", "--baseDir", fileURLToPath(root), "--outFile", "skim.wasm", ...options.split(" ")],
  {
    writeFile: (_name, contents) => {
      binary = contents;
    },
  },
);
if (error !== null) throw new Error(`${error.message}\n${Buffer.from(stderr.toBuffer()).toString("utf8")}`);

const lines = Buffer.from(binary)
  .toString("base64")
  .match(/.{1,100}/g);
const text = `/** The compiled search kernel, generated from kernel/skim.ts by scripts/build-kernel.mjs: do not edit. */
export const kernelBinary: string = [
${lines.map((line) => `  "${line}",\n`).join("")}].join("");
`;
if (process.argv.includes("--print")) process.stdout.write(text);
else writeFileSync(new URL("src/parse/kernel-binary.ts", root), text);
