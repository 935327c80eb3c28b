/** Model invocation logs of one account and Region of the made-up organization, as Bedrock writes them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { demoAccounts, homeRegion } from "./callers.ts";
import type { Entry } from "./entry.ts";
import { type Random, createRandom } from "./random.ts";

const logged: ReadonlySet<string> = new Set([
  "Converse",
  "ConverseStream",
  "InvokeModel",
  "InvokeModelWithResponseStream",
]);
/** One call in so many has no log, and one log in so many has no call in the trail. */
const oneInWithout = 200;
const strangers = 3;

export interface DemoInvocationLogs {
  /** Keys of the files, below the folder. */
  readonly keys: readonly string[];
  readonly records: number;
}

/** Writes the logs of the support account's calls in its home Region: a file for each hour. Deterministic for the same calls. */
export function writeInvocationLogs(folder: string, entries: readonly Entry[]): DemoInvocationLogs {
  const random = createRandom(20_260_915);
  const hours = new Map<string, string[]>();
  let records = 0;
  const put = (at: number, record: object): void => {
    const hour = new Date(at).toISOString().slice(0, 13).replaceAll("-", "/").replace("T", "/");
    hours.set(hour, [...(hours.get(hour) ?? []), JSON.stringify(record)]);
    records++;
  };
  const calls = entries.filter(
    ({ account, region, operation }) =>
      account === demoAccounts.support && region === homeRegion && logged.has(operation),
  );
  for (const [index, entry] of calls.entries()) {
    if (entry.outcome === "denied" || index % oneInWithout === oneInWithout - 1) continue;
    const requestId = entry.key.slice(entry.key.indexOf("/") + 1);
    put(entry.at, logOf(random, entry, requestId));
    if (index < strangers) put(entry.at + 1000, logOf(random, { ...entry, outcome: "served" }, random.uuid()));
  }
  const keys = [...hours].map(([hour, lines]) => {
    const stamp = hour.replaceAll("/", "").replace(/^(\d{8})(\d{2})$/, "$1T$20000000Z");
    const key = `AWSLogs/${demoAccounts.support}/BedrockModelInvocationLogs/${homeRegion}/${hour}/${stamp}_${random.hex(16)}.json.gz`;
    const file = join(folder, ...key.split("/"));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, gzipSync(lines.join("\n")));
    return key;
  });
  return { keys, records };
}

function logOf(random: Random, entry: Entry, requestId: string): object {
  const { input, output } = entry.tokens ?? { input: 80 + random.int(6000), output: 10 + random.int(900) };
  const isServed = entry.outcome === "served";
  const region = isServed ? servedIn(random, entry) : null;
  return {
    schemaType: "ModelInvocationLog",
    schemaVersion: "1.0",
    timestamp: new Date(entry.at).toISOString().replace(".000Z", "Z"),
    accountId: entry.account,
    region: entry.region,
    requestId,
    operation: entry.operation,
    modelId: entry.modelId,
    ...(isServed ? {} : { errorCode: "ThrottlingException" }),
    input: {
      inputContentType: "application/json",
      inputBodyJson: { messages: [{ role: "user", content: [{ text: "A prompt that Spillway steps over." }] }] },
      ...(isServed ? { inputTokenCount: input } : {}),
    },
    output: {
      outputContentType: "application/json",
      outputBodyJson: { output: { message: { content: [{ text: "A completion that Spillway steps over." }] } } },
      ...(isServed ? { outputTokenCount: output } : {}),
    },
    ...(region === null ? {} : { inferenceRegion: region }),
  };
}

/** The trail's Region, where it names one; else home or a neighbour; a local call may have none. */
function servedIn(random: Random, { callRegion, completion, omitted, streaming, kind }: Entry): string | null {
  const stated = callRegion ?? completion?.region;
  if (stated !== null && stated !== undefined) return stated;
  const isOpen = omitted || (streaming && completion === null);
  if (!isOpen) return null;
  return kind === "inference-profile" && random.chance(0.4) ? "eu-north-1" : homeRegion;
}
