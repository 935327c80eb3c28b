/** The generator of organization trails for benchmarks: size, share of Bedrock and seed in, trail objects out. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { type Random, createRandom } from "../src/demo/random.ts";
import { bedrockCall } from "./bedrock-records.ts";
import { type FileScope, makeCallers, ordinaryRecord } from "./ordinary-records.ts";

export interface LogOptions {
  readonly out: string;
  readonly files: number;
  /** Uncompressed bytes of all files together; the bound unless `events` is given. */
  readonly rawBytes: number;
  /** Bedrock records of all files together; replaces `rawBytes`. */
  readonly events?: number | undefined;
  /** Share of Bedrock records among all records. */
  readonly share: number;
  /** Share of files that hold any Bedrock record. */
  readonly hitFiles: number;
  readonly seed: number;
  readonly accounts?: number | undefined;
}

export interface LogSummary {
  readonly files: number;
  readonly hitFiles: number;
  readonly records: number;
  readonly bedrockEvents: number;
  readonly completions: number;
  readonly rawBytes: number;
  readonly gzipBytes: number;
}

const regions = ["eu-central-1", "us-east-1", "eu-west-1", "ap-northeast-1"] as const;
const firstDay = Date.UTC(2026, 9, 1);
const span = 14 * 86_400_000;

interface Place {
  readonly account: string;
  readonly region: string;
  readonly at: Date;
}

/** Files go round accounts and Regions; those of one pair are spread over the days. */
function placeOf(index: number, options: LogOptions): Place {
  const accounts = options.accounts ?? Math.max(1, Math.min(20, Math.floor(options.files / 40)));
  const pairs = accounts * regions.length;
  const pair = index % pairs;
  const turn = Math.floor(index / pairs);
  const turns = Math.ceil(options.files / pairs);
  const account = String(100_000_000_001 + (pair % accounts) * 7_919);
  return {
    account,
    region: regions[Math.floor(pair / accounts)] ?? regions[0],
    at: new Date(firstDay + 600_000 + Math.floor((turn / turns) * span) + (pair % 60) * 60_000),
  };
}

/** Key of a trail object in the layout of an organization trail. */
function keyOf(place: Place, random: Random): string {
  const iso = place.at.toISOString();
  const stamp = `${iso.slice(0, 10).replaceAll("-", "")}T${iso.slice(11, 13)}${iso.slice(14, 16)}Z`;
  return `AWSLogs/o-exampleorg1/${place.account}/CloudTrail/${place.region}/${iso.slice(0, 10).replaceAll("-", "/")}/${place.account}_CloudTrail_${place.region}_${stamp}_${random.mixed(16)}.json.gz`;
}

/** Which files hold Bedrock records: exactly the asked number of them, at random places. */
function chooseHits(random: Random, options: LogOptions): ReadonlySet<number> {
  const order = Array.from({ length: options.files }, (_, index) => [random.next(), index] as const).toSorted(
    ([a], [b]) => a - b,
  );
  return new Set(order.slice(0, Math.round(options.files * options.hitFiles)).map(([, index]) => index));
}

/** Writes the trail objects below `options.out` and says what is in them. */
export function generateLogs(options: LogOptions): LogSummary {
  const random = createRandom(options.seed);
  const hits = chooseHits(random, options);
  const probability = hits.size === 0 ? 0 : Math.min(1, options.share / options.hitFiles);
  /** Completions that wait for a later record, by account and Region: some come in the next file only. */
  const waiting = new Map<string, string[]>();
  const summary = {
    files: 0,
    hitFiles: hits.size,
    records: 0,
    bedrockEvents: 0,
    completions: 0,
    rawBytes: 0,
    gzipBytes: 0,
  };
  let hitIndex = 0;
  for (let index = 0; index < options.files; index += 1) {
    const place = placeOf(index, options);
    let clock = place.at.getTime() - 600_000;
    const scope: FileScope = {
      account: place.account,
      region: place.region,
      callers: makeCallers(random, place.account, place.region, place.at.toISOString().slice(0, 10)),
      time: () => `${new Date((clock += random.int(900))).toISOString().slice(0, 19)}Z`,
    };
    const pair = `${place.account} ${place.region}`;
    const ready = waiting.get(pair) ?? [];
    const late: string[] = [];
    const isHit = hits.has(index);
    const parts: string[] = [];
    let length = 14;
    let found = 0;
    const wanted =
      options.events === undefined
        ? undefined
        : isHit
          ? Math.floor(((hitIndex + 1) * options.events) / hits.size) -
            Math.floor((hitIndex * options.events) / hits.size)
          : 0;
    const budget = options.rawBytes / options.files;
    const isFull = (): boolean => (wanted === undefined ? length >= budget : found >= wanted);
    while (!isFull()) {
      if (!isHit || random.next() >= probability) {
        parts.push(ordinaryRecord(random, scope));
      } else {
        found += 1;
        const completion = ready.length > 0 && random.chance(0.4) ? ready.shift() : undefined;
        if (completion !== undefined) {
          summary.completions += 1;
          parts.push(completion);
        } else {
          const made = bedrockCall(random, scope);
          if (made.completion !== null) (random.chance(0.15) ? late : ready).push(made.completion);
          parts.push(made.call);
        }
      }
      length += (parts.at(-1)?.length ?? 0) + 1;
    }
    if (isHit) {
      hitIndex += 1;
      waiting.set(pair, [...ready, ...late]);
    }
    const raw = Buffer.from(`{"Records":[${parts.join(",")}]}`);
    const packed = gzipSync(raw, { level: 6 });
    const key = join(options.out, keyOf(place, random));
    mkdirSync(join(key, ".."), { recursive: true });
    writeFileSync(key, packed);
    summary.files += 1;
    summary.records += parts.length;
    summary.bedrockEvents += found;
    summary.rawBytes += raw.length;
    summary.gzipBytes += packed.length;
  }
  return summary;
}

function main(): void {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: {
      out: text,
      "raw-mb": text,
      share: text,
      events: text,
      files: text,
      "hit-files": text,
      seed: text,
      accounts: text,
    },
  });
  if (values.out === undefined) throw new Error("--out DIR is needed");
  const share = Number(values.share ?? 0.02);
  const events = values.events === undefined ? undefined : Number(values.events);
  const summary = generateLogs({
    out: values.out,
    files: Number(values.files ?? (events === undefined ? 1400 : Math.ceil(events / 700))),
    rawBytes: Number(values["raw-mb"] ?? 1200) * 1_000_000,
    events,
    share,
    hitFiles: Number(values["hit-files"] ?? (share === 1 ? 1 : 0.33)),
    seed: Number(values.seed ?? 1),
    accounts: values.accounts === undefined ? undefined : Number(values.accounts),
  });
  process.stdout.write(`${JSON.stringify(summary)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
