/** The opening of the config's sources, in the same way as those of `spillway ingest`. */
import { dayMs } from "../day.ts";
import type { Config, SourceConfig } from "../config/config.ts";
import type { ObjectSource } from "../ingest/listing/source.ts";
import type { CommandContext } from "./flags/context.ts";
import { openSources } from "./flags/source.ts";

export interface ConfiguredSource {
  readonly name: string;
  readonly open: () => Promise<ObjectSource>;
}

export function configuredSources(config: Config, context: CommandContext): readonly ConfiguredSource[] {
  return entriesOf(config).map(({ source, lookBackDays, ...flags }) => {
    const since =
      lookBackDays === undefined
        ? {}
        : { from: new Date(context.effects.now().getTime() - lookBackDays * dayMs).toISOString().slice(0, 10) };
    const open = async (): Promise<ObjectSource> => {
      const [opened] = await openSources([source], given({ ...since, ...flags }), context);
      if (opened === undefined) throw new Error(`${source} was not opened`);
      return opened;
    };
    return { name: source, open };
  });
}

/** Opens all sources; one that cannot be opened fails in its turn, and the others are read. */
export async function openConfigured(config: Config, context: CommandContext): Promise<ObjectSource[]> {
  const { isOutOfReach, unopened } = await import("../ingest/out-of-reach.ts");
  const opened: ObjectSource[] = [];
  for (const { name, open } of configuredSources(config, context)) {
    try {
      opened.push(await open());
    } catch (thrown) {
      if (!isOutOfReach(thrown)) throw thrown;
      opened.push(unopened(name, thrown));
    }
  }
  return opened;
}

export function entriesOf(config: Config): readonly SourceConfig[] {
  return config.sources.map((entry) => (typeof entry === "string" ? { source: entry } : entry));
}

/** The settings without undefined ones. */
export function given<T extends object>(settings: T): { readonly [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as {
    readonly [Key in keyof T]: Exclude<T[Key], undefined>;
  };
}
