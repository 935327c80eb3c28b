/** The calls to the event history of one account and Region: paced, and retried from the same place. */
import type { ServiceAccess } from "../../../aws/access.ts";
import { isExpired } from "../../../aws/call.ts";
import { accountOf } from "../../../aws/caller-account.ts";
import { type Connection, connect, disconnect, reconnect } from "../../../aws/connection.ts";
import { attemptsFor, delayOf } from "../../../aws/retry.ts";
import { explainLookup } from "./explain.ts";
import { Pace, type Timing } from "./pace.ts";
import { type Seconds, secondsOf } from "./times.ts";

/** The parameters of a listing; a token is valid only with the same ones. */
export interface LookupRequest {
  readonly eventSource: string;
  readonly from: Seconds;
  /** Included. */
  readonly end: Seconds;
  readonly token: string | null;
}

export interface LookupRecord {
  /** The event's time; null if the answer lacks it. */
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

/** The refusal of a token as too old or unknown. */
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
    // The first caller sees the failure.
    this.#connection.catch(() => undefined);
  }

  /**
   * The account whose history is read.
   * @throws SpillwayError `credentials`, `source-unreachable`
   */
  async accountId(): Promise<string> {
    return await this.#explained(async () => accountOf((await this.#connection).client, this.access, this.#signal));
  }

  /** How far AWS's clock is ahead of this machine's, by the last answer; 0 before the first. */
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
            // Somebody may have logged in meanwhile.
            renewed = true;
            await this.#reopen();
          } else if (attempt + 1 >= attemptsOf(thrown, this.access)) throw thrown;
          // Once more at the next turn: most often another caller was just faster.
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

/** The attempts for a failure; for a refused signature one more, as the SDK has corrected its clock by the answer. */
function attemptsOf(thrown: unknown, access: ServiceAccess): number {
  if (!(thrown instanceof Error) || !("$metadata" in thrown)) return attemptsFor(thrown, access.retry);
  const metadata = thrown.$metadata;
  const corrected = typeof metadata === "object" && metadata !== null && "clockSkewCorrected" in metadata;
  return corrected ? Math.min(3, access.retry.attempts) : attemptsFor(thrown, access.retry);
}

/** Whether a token was refused: "not valid, or ... used in a request with different parameters" (API reference), or too old. */
function isTokenRefused(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  return /NextToken/.test(thrown.name) || (/Validation/.test(thrown.name) && /next.?token/i.test(thrown.message));
}
