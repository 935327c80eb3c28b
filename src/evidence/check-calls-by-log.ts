/** The check of calls whose served Region an invocation log states: each is named with its object, and the summary says how many. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Tell } from "./check-bag.ts";
import { csvRows } from "./csv-rows.ts";
import { type KeyedRow, Lockstep } from "./lockstep.ts";

/** Takes the calls in the order of the rows. */
export class CallsByLog {
  readonly #root: string;
  readonly #tell: Tell;
  readonly #logs: Lockstep;
  #count = 0;

  constructor(root: string, tell: Tell) {
    this.#root = root;
    this.#tell = tell;
    this.#logs = new Lockstep(this.#named());
  }

  async add(key: string, region: string): Promise<void> {
    this.#count++;
    await this.#logs.next({ key, value: region });
  }

  /** `said`: the figure of the summary; packs of before it have neither figure nor files. */
  async end(said: number | undefined): Promise<void> {
    if (said === undefined && this.#count === 0) return;
    if (said !== this.#count)
      this.#tell(`summary.json says by_invocation_log = ${said ?? "nothing"}, and the rows say ${this.#count}`);
    for (const { key, there } of await this.#logs.end())
      this.#tell(
        there === null
          ? `calls-by-invocation-log.csv does not name the log of the call ${key}`
          : `calls-by-invocation-log.csv and the rows differ in the call ${key}`,
      );
  }

  async *#named(): AsyncGenerator<KeyedRow> {
    const objects = new Set<string>();
    const file = join(this.#root, "data/calls-by-invocation-log.csv");
    if (!existsSync(file)) return;
    for await (const row of csvRows(join(this.#root, "data/invocation-log-inputs.csv"))) objects.add(row["uri"] ?? "");
    for await (const row of csvRows(file)) {
      const { invocation_key: key = "", inference_region: value = "", object_uri: uri = "" } = row;
      if (!objects.has(uri)) this.#tell(`invocation-log-inputs.csv does not have ${uri}`);
      yield { key, value };
    }
  }
}
