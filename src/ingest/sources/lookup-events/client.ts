/** Owns the calls to the event history of one account and Region: paced, sent again when they fail, never losing their place. */
import type { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { prepareSdk } from "../../../aws/sdk-environment.ts";
import { makeRequestHandler } from "../../../aws/agents.ts";
import { credentialsFor } from "../../../aws/connection.ts";
import { isExpired } from "../../../aws/refresh.ts";
import { attemptsFor, delayOf } from "../../../aws/retry.ts";
import type { LookupAccess } from "./access.ts";
import { accountOf } from "./account.ts";
import { explainLookup } from "./explain.ts";
import { Pace, type Timing } from "./pace.ts";
import { type Seconds, secondsOf } from "./times.ts";

type Sdk = typeof import("@aws-sdk/client-cloudtrail");

/** The parameters of a listing: a token is good only together with the same ones. */
export interface LookupRequest {
  readonly eventSource: string;
  readonly from: Seconds;
  /** Included. */
  readonly end: Seconds;
  readonly token: string | null;
}

export interface LookupRecord {
  /** Of the event, null if the answer does not say. */
  readonly time: Seconds | null;
  /** The whole record as JSON. */
  readonly text: string | null;
}

export interface LookupPage {
  /** Newest first. */
  readonly records: readonly LookupRecord[];
  /** Null: this was the last page. */
  readonly token: string | null;
}

/** The token was too old, or not known any more. */
export class TokenRefused extends Error {
  override readonly name = "TokenRefused";
}

export class LookupClient {
  readonly access: LookupAccess;
  readonly #pace: Pace;
  readonly #signal: AbortSignal | undefined;
  #connection: Promise<{ readonly sdk: Sdk; readonly client: CloudTrailClient }>;

  constructor(access: LookupAccess, timing: Timing, signal: AbortSignal | undefined) {
    this.access = access;
    this.#pace = new Pace(timing, signal);
    this.#signal = signal;
    this.#connection = this.#open(false);
  }

  /**
   * The account that is read.
   * @throws SpillwayError `credentials`, `source-unreachable`
   */
  async accountId(): Promise<string> {
    return await this.#explained(async () => accountOf((await this.#connection).client, this.access, this.#signal));
  }

  /** How far AWS's clock is ahead of this machine's, as the last answer said; 0 before there was one. */
  async clockOffsetMs(): Promise<number> {
    return (await this.#connection).client.config.systemClockOffset;
  }

  /**
   * One page, at most 50 records.
   * @throws TokenRefused; SpillwayError `source-denied`, `credentials`, `source-unreachable`
   */
  async page(request: LookupRequest): Promise<LookupPage> {
    return await this.#explained(async () => {
      let renewed = false;
      for (let attempt = 0; ; attempt++) {
        await this.#pace.take();
        try {
          return await this.#send(request);
        } catch (thrown) {
          if (request.token !== null && isTokenRefused(thrown)) throw new TokenRefused();
          if (this.#signal?.aborted === true) throw thrown;
          if (isExpired(thrown) && !renewed) {
            // Somebody may have logged in since.
            renewed = true;
            await this.#reopen();
          } else if (attempt + 1 >= attemptsOf(thrown, this.access)) throw thrown;
          // Once at the next turn: most often somebody else was just faster.
          else if (attempt > 0) this.#pace.pause(delayOf(attempt - 1, this.access.retry, Math.random));
        }
      }
    });
  }

  async close(): Promise<void> {
    const opened = await this.#connection.catch(() => undefined);
    opened?.client.destroy();
  }

  async #send({ eventSource, from, end, token }: LookupRequest): Promise<LookupPage> {
    const { sdk, client } = await this.#connection;
    const answer = await client.send(
      new sdk.LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: "EventSource", AttributeValue: eventSource }],
        StartTime: new Date(from),
        EndTime: new Date(end),
        MaxResults: 50,
        ...(token === null ? {} : { NextToken: token }),
      }),
      this.#signal === undefined ? {} : { abortSignal: this.#signal },
    );
    const records = (answer.Events ?? []).map(({ EventTime, CloudTrailEvent }) => ({
      time: EventTime === undefined ? null : secondsOf(EventTime),
      text: CloudTrailEvent ?? null,
    }));
    return { records, token: answer.NextToken ?? null };
  }

  async #explained<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (thrown) {
      throw explainLookup(thrown, this.access);
    }
  }

  async #reopen(): Promise<void> {
    const old = this.#connection;
    this.#connection = this.#open(true);
    (await old).client.destroy();
  }

  #open(fresh: boolean): Promise<{ readonly sdk: Sdk; readonly client: CloudTrailClient }> {
    const opened = open(this.access, fresh);
    // Whoever asks first sees the failure.
    opened.catch(() => undefined);
    return opened;
  }
}

async function open(access: LookupAccess, fresh: boolean): Promise<{ sdk: Sdk; client: CloudTrailClient }> {
  prepareSdk();
  const [sdk, requestHandler, credentials] = await Promise.all([
    import("@aws-sdk/client-cloudtrail"),
    makeRequestHandler(access.idleMs),
    credentialsFor(access, fresh),
  ]);
  const client = new sdk.CloudTrailClient({
    region: access.region,
    credentials,
    ...(access.endpoint === null ? {} : { endpoint: access.endpoint }),
    // Retries are ours: those of the SDK would not wait for their turn.
    maxAttempts: 1,
    requestHandler,
  });
  return { sdk, client };
}

/** The SDK has set its clock by the answer that refused the signature. */
function attemptsOf(thrown: unknown, access: LookupAccess): number {
  if (!(thrown instanceof Error) || !("$metadata" in thrown)) return attemptsFor(thrown, access.retry);
  const metadata = thrown.$metadata;
  const corrected = typeof metadata === "object" && metadata !== null && "clockSkewCorrected" in metadata;
  return corrected ? Math.min(3, access.retry.attempts) : attemptsFor(thrown, access.retry);
}

/** "A token that is not valid, or ... used in a request with different parameters" (API reference); tokens age as well. */
function isTokenRefused(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  return /NextToken/.test(thrown.name) || (/Validation/.test(thrown.name) && /next.?token/i.test(thrown.message));
}
