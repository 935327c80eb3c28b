/** DuckDB clients of other versions: which are installed here, and what each one reads from a file. */
import { execFileSync } from "node:child_process";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";

export interface DuckDbClient {
  readonly name: string;
  readonly kind: "python" | "jdbc";
  readonly version: string;
  /** Folder of the Python package, or the driver's jar. */
  readonly place: string;
  readonly missing: string | null;
}

/** Every cell as text, by `schema.relation`. */
export type Relations = Readonly<Record<string, readonly (readonly (string | null)[])[]>>;

export type ClientAnswer =
  | { readonly version: string; readonly relations: Relations }
  | { readonly version: string; readonly refused: string };

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

export function duckDbClients(): readonly DuckDbClient[] {
  const listed = execFileSync(process.execPath, [path("../../scripts/duckdb-clients.mjs"), "list"], {
    encoding: "utf8",
  });
  // Our own script prints exactly this.
  return JSON.parse(listed) as readonly DuckDbClient[];
}

/** What the client reads from a file that it opens for reading. */
export function readWith({ kind, place }: DuckDbClient, file: string): ClientAnswer {
  const [program, args, env] =
    kind === "python"
      ? ["python3", [path("../clients/read-file.py"), file], { PYTHONPATH: place }]
      : ["java", ["-cp", [place, "."].join(delimiter), path("../clients/ReadFile.java"), file], {}];
  const printed = execFileSync(program, args, {
    encoding: "utf8",
    env: { ...process.env, ...env },
    maxBuffer: 1 << 30,
    stdio: ["ignore", "pipe", "pipe"],
  });
  // Both programs print exactly this.
  return JSON.parse(printed) as ClientAnswer;
}
