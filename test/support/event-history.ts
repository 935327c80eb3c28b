/** Made-up event histories, and what the tests of LookupEvents share. */
import { type CloudTrailServerOptions, CloudTrailServer, type HistoryEvent } from "./cloudtrail-server.ts";
import type { LookupOptions } from "../../src/ingest/sources/lookup-events/options.ts";
import type { Timing } from "../../src/ingest/sources/lookup-events/pace.ts";
import { type AnyRecord, bedrockRecord } from "./trail-files.ts";

export const account = "111122223333";
export const now = (): Date => new Date("2026-09-14T12:00:00Z");

export interface HistoryShape {
  readonly account?: string;
  readonly region: string;
  readonly count: number;
  /** The newest event. */
  readonly newest?: Date;
  readonly everySeconds?: number;
  readonly source?: string;
}

/** Calls through a profile; each fifth is streamed and followed by the completion that names its Region. */
export function makeHistory(shape: HistoryShape): HistoryEvent[] {
  const { region, count, everySeconds = 60, source = "bedrock.amazonaws.com", newest = now() } = shape;
  const owner = shape.account ?? account;
  const start = Math.floor(newest.getTime() / 1000) - 1;
  const place = Buffer.from(`${owner}/${region}/${source}`).reduce((sum, byte) => (sum * 31 + byte) % 0xffff, 7);
  const idOf = (kind: string, n: number): string =>
    `${kind}${place.toString(16).padStart(7, "0")}-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;
  return Array.from({ length: count }, (_, n) => {
    const time = start - n * everySeconds;
    const isCompletion = n % 5 === 0;
    const isStreamed = isCompletion || n % 5 === 1;
    const common: AnyRecord = {
      eventID: idOf("e", n),
      requestID: idOf("a", n),
      eventTime: `${new Date(time * 1000).toISOString().slice(0, 19)}Z`,
      eventSource: source,
      awsRegion: region,
      recipientAccountId: owner,
      eventName: isStreamed ? "ConverseStream" : n % 7 === 2 ? "ListFoundationModels" : "Converse",
    };
    const changes: AnyRecord = isCompletion
      ? {
          ...common,
          eventType: "AwsServiceEvent",
          requestParameters: null,
          additionalEventData: undefined,
          serviceEventDetails: {
            // The call that it completes is the next older event.
            parentRequestId: idOf("a", n + 1),
            AdditionalEventData: { additionalEntries: { inferenceRegion: "eu-north-1", inputTokens: 100 + n } },
          },
        }
      : { ...common, ...(isStreamed ? { additionalEventData: undefined } : {}) };
    const record = bedrockRecord(n, changes);
    return { id: idOf("e", n), time, source, name: String(record["eventName"]), record: JSON.stringify(record) };
  });
}

/** Hours pass in no time: sleeping moves the clock, on both ends. */
export class QuickTime {
  #ms = 0;
  readonly clock = (): number => this.#ms;
  readonly timing: Timing = {
    now: this.clock,
    sleep: async (ms, signal) => {
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      this.#ms += ms;
    },
  };
}

/** Credentials for the default chain, as a user's environment has them. */
export function useLookupCredentials(server: CloudTrailServer): void {
  Object.assign(process.env, lookupEnvironment(server));
  for (const name of ["AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCOUNT_ID"])
    delete process.env[name];
}

export function lookupEnvironment(server: CloudTrailServer): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: "AKTEST",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/nonexistent/config",
    AWS_SHARED_CREDENTIALS_FILE: "/nonexistent/credentials",
    AWS_ENDPOINT_URL_STS: server.endpoint,
  };
}

export function startHistory(options: CloudTrailServerOptions = {}): Promise<CloudTrailServer> {
  return CloudTrailServer.start({ accounts: { AKTEST: account }, ...options });
}

export function lookupOptions(server: CloudTrailServer, more: LookupOptions = {}): LookupOptions {
  return { endpoint: server.endpoint, now, retry: { attempts: 8, baseMs: 200, capMs: 2000 }, idleMs: 5000, ...more };
}
