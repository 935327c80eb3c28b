/** The calls to the event history of one account and Region: paced, sent again when they fail, never losing their place. */
import type { ServiceAccess } from "../../../aws/access.ts";
import { isExpired } from "../../../aws/call.ts";
import { accountOf } from "../../../aws/caller-account.ts";
import { type Connection, connect, disconnect, reconnect } from "../../../aws/connection.ts";
import { attemptsFor, delayOf } from "../../../aws/retry.ts";
import { explainLookup } from "./explain.ts";
import { Pace, type Timing } from "./pace.ts";
import { type Seconds, secondsOf } from "./times.ts";

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
  readonly access: ServiceAccess;
  readonly #pace: Pace;
  readonly #signal: AbortSignal | undefined;
  #connection: Promise<Connection<"cloudtrail">>;

  constructor(access: ServiceAccess, timing: Timing, signal: AbortSignal | undefined) {
    this.access = access;
    this.#pace = new Pace(timing, signal);
    this.#signal = signal;
    this.#connection = connect("cloudtrail", access);
    // Whoever asks first sees the failure.
    this.#connection.catch(() => undefined);
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
    await disconnect("cloudtrail", this.access);
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
    const old = await this.#connection;
    this.#connection = reconnect("cloudtrail", this.access, old);
    await this.#connection;
    old.client.destroy();
  }
}

/** The SDK has set its clock by the answer that refused the signature. */
function attemptsOf(thrown: unknown, access: ServiceAccess): number {
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
