/** A CloudTrail endpoint (and the bit of STS around it) on loopback: event histories, their limits and their errors. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { randomUUID } from "node:crypto";
import { LoopbackServer } from "./loopback-server.ts";

/** One event of a history: the whole record, and what LookupEvents says beside it. */
export interface HistoryEvent {
  readonly id: string;
  /** Epoch seconds. */
  readonly time: number;
  readonly source: string;
  readonly name: string;
  readonly record: string;
}

export interface LookupCall {
  readonly account: string;
  readonly region: string;
  readonly source: string;
  readonly from: number;
  readonly end: number;
  readonly token: string | null;
  /** What was answered: a page, or the name of an error. */
  ids: readonly string[];
  error: string | null;
}

interface ServedError {
  readonly status: number;
  readonly type: string;
  readonly message?: string;
}

export interface CloudTrailServerOptions {
  /** Account of each access key; keys of assumed roles are made by AssumeRole. */
  readonly accounts?: Readonly<Record<string, string>>;
  /** Regions that are enabled; none named: all. */
  readonly regions?: readonly string[];
  /** The end of the history, 90 days from its beginning; default: now. */
  readonly now?: () => Date;
  /** How far the clock of the server is ahead of this machine's. */
  readonly clockMs?: number;
  /** Milliseconds by which calls are counted. */
  readonly rateClock?: () => number;
  /** Milliseconds, by the same clock, that a token is good for. */
  readonly tokenLifeMs?: number;
  /** Roles that may be assumed; none named: all. */
  readonly roles?: readonly string[];
  /** An error in place of an answer, or a wait before it. */
  readonly fault?: (call: LookupCall, count: number) => ServedError | { readonly waitMs: number } | undefined;
}

interface Token {
  readonly parameters: string;
  readonly offset: number;
  readonly issued: number;
}

const callsASecond = 2;
const pageSize = 50;
const historySeconds = 90 * 86_400;
const skewAllowedMs = 5 * 60_000;

export class CloudTrailServer extends LoopbackServer {
  /** Events by `ACCOUNT/REGION`, in any order; may change while it runs. */
  readonly histories: Map<string, HistoryEvent[]> = new Map();
  readonly calls: LookupCall[] = [];
  options: CloudTrailServerOptions;
  readonly #tokens = new Map<string, Token>();
  readonly #answered = new Map<string, number[]>();
  readonly #sessions = new Map<string, string>();

  private constructor(options: CloudTrailServerOptions) {
    super();
    this.options = options;
  }

  static async start(options: CloudTrailServerOptions = {}): Promise<CloudTrailServer> {
    return await new CloudTrailServer(options).listen();
  }

  /** Calls that were answered with a page. */
  get pages(): readonly LookupCall[] {
    return this.calls.filter(({ error }) => error === null);
  }

  errors(type: string): number {
    return this.calls.filter(({ error }) => error === type).length;
  }

  add(account: string, region: string, events: readonly HistoryEvent[]): void {
    const key = `${account}/${region}`;
    this.histories.set(key, [...(this.histories.get(key) ?? []), ...events]);
  }

  protected override async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const body = Buffer.concat(chunks).toString("utf8");
    const serverTime = new Date(Date.now() + (this.options.clockMs ?? 0));
    response.setHeader("Date", serverTime.toUTCString());
    response.setHeader("x-amzn-RequestId", randomUUID());
    const identity = this.#identify(request, serverTime);
    if (request.headers["x-amz-target"] === undefined) {
      this.#sts(new URLSearchParams(body), identity, response);
      return;
    }
    if (!String(request.headers["x-amz-target"]).endsWith("CloudTrail_20131101.LookupEvents")) {
      sendError(response, { status: 400, type: "UnknownOperationException" });
      return;
    }
    await this.#lookup(body, identity, response);
  }

  /** The caller, or the error that AWS's front door gives. */
  #identify(request: IncomingMessage, serverTime: Date): Identity {
    const header = request.headers.authorization ?? "";
    const [accessKey = "", , region = ""] = /Credential=([^,\s]+)/.exec(header)?.[1]?.split("/") ?? [];
    const base = { region, account: "" };
    const isSigned = /^AWS4-HMAC-SHA256 .*SignedHeaders=[^,]*host[^,]*, ?Signature=[0-9a-f]{64}$/.test(header);
    if (!isSigned) return { ...base, error: { status: 400, type: "MissingAuthenticationTokenException" } };
    const signedAt = amzDate(request.headers);
    const skew = signedAt - serverTime.getTime();
    if (!(Math.abs(skew) < skewAllowedMs)) {
      const at = new Date(signedAt).toISOString();
      const message =
        skew < 0
          ? `Signature expired: ${at} is now earlier than ${serverTime.toISOString()} (- 5 min.)`
          : `Signature not yet current: ${at} is still later than ${serverTime.toISOString()} (+ 5 min.)`;
      return { ...base, error: { status: 400, type: "InvalidSignatureException", message } };
    }
    const account = this.options.accounts?.[accessKey] ?? this.#sessions.get(accessKey);
    const isEnabled = this.options.regions?.includes(region) ?? true;
    const lacksToken = accessKey.startsWith("ASIA") && request.headers["x-amz-security-token"] === undefined;
    if (account === undefined || !isEnabled || lacksToken) {
      const message = "The security token included in the request is invalid.";
      return { ...base, error: { status: 400, type: "UnrecognizedClientException", message } };
    }
    return { region, account, error: undefined };
  }

  async #lookup(body: string, identity: Identity, response: ServerResponse): Promise<void> {
    // What the SDK sent: JSON 1.1, times as epoch seconds.
    const asked = JSON.parse(body) as {
      LookupAttributes?: { AttributeKey: string; AttributeValue: string }[];
      StartTime?: number;
      EndTime?: number;
      MaxResults?: number;
      NextToken?: string;
    };
    const now = Math.floor((this.options.now?.() ?? new Date()).getTime() / 1000);
    const call: LookupCall = {
      account: identity.account,
      region: identity.region,
      source: asked.LookupAttributes?.[0]?.AttributeValue ?? "",
      from: asked.StartTime ?? 0,
      end: asked.EndTime ?? now,
      token: asked.NextToken ?? null,
      ids: [],
      error: null,
    };
    this.calls.push(call);
    const refuse = (error: ServedError): void => {
      call.error = error.type;
      sendError(response, error);
    };
    if (identity.error !== undefined) return refuse(identity.error);
    const fault = this.options.fault?.(call, this.calls.length);
    if (fault !== undefined && "waitMs" in fault) await new Promise((resolve) => setTimeout(resolve, fault.waitMs));
    else if (fault !== undefined) return refuse(fault);
    if (this.#isTooFast(`${call.account}/${call.region}`))
      return refuse({ status: 400, type: "ThrottlingException", message: "Rate exceeded" });
    if ((asked.LookupAttributes?.length ?? 0) > 1)
      return refuse({
        status: 400,
        type: "InvalidLookupAttributesException",
        message: "Only one attribute is allowed",
      });
    if ((asked.MaxResults ?? pageSize) > pageSize) return refuse({ status: 400, type: "InvalidMaxResultsException" });
    if (call.from > call.end)
      return refuse({ status: 400, type: "InvalidTimeRangeException", message: "Start time is after end time" });

    const parameters = JSON.stringify([identity, asked.LookupAttributes, call.from, call.end, asked.MaxResults]);
    const token = call.token === null ? undefined : this.#tokens.get(call.token);
    if (call.token !== null && !this.#isGood(token, parameters))
      return refuse({ status: 400, type: "InvalidNextTokenException", message: "Invalid or expired token" });

    const found = (this.histories.get(`${call.account}/${call.region}`) ?? [])
      .filter(({ time, source }) => source === call.source && time >= call.from && time <= call.end)
      .filter(({ time }) => time >= now - historySeconds && time <= now)
      .toSorted((a, b) => b.time - a.time || (a.id < b.id ? -1 : 1));
    const offset = token?.offset ?? 0;
    const page = found.slice(offset, offset + (asked.MaxResults ?? pageSize));
    const rest =
      offset + page.length < found.length ? { NextToken: this.#issue(parameters, offset + page.length) } : {};
    call.ids = page.map(({ id }) => id);
    send(response, 200, { Events: page.map(describe), ...rest });
  }

  /** More than two answers within any second, for one account and Region. */
  #isTooFast(place: string): boolean {
    const now = this.#rateNow();
    const recent = (this.#answered.get(place) ?? []).filter((at) => now - at < 1000);
    const tooFast = recent.length >= callsASecond;
    this.#answered.set(place, tooFast ? recent : [...recent, now]);
    return tooFast;
  }

  #rateNow(): number {
    return (this.options.rateClock ?? ((): number => performance.now()))();
  }

  #isGood(token: Token | undefined, parameters: string): token is Token {
    if (token === undefined || token.parameters !== parameters) return false;
    return this.#rateNow() - token.issued <= (this.options.tokenLifeMs ?? Number.POSITIVE_INFINITY);
  }

  #issue(parameters: string, offset: number): string {
    const token = Buffer.from(randomUUID()).toString("base64");
    this.#tokens.set(token, { parameters, offset, issued: this.#rateNow() });
    return token;
  }

  #sts(asked: URLSearchParams, { account, error }: Identity, response: ServerResponse): void {
    const xml = (status: number, text: string): void => {
      response.writeHead(status, { "Content-Type": "text/xml" });
      response.end(text);
    };
    const fail = (code: string, message: string): void =>
      xml(403, `<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`);
    if (error !== undefined) {
      const known = error.type === "UnrecognizedClientException" ? "InvalidClientTokenId" : error.type;
      fail(known.replace(/Exception$/, ""), error.message ?? error.type);
      return;
    }
    if (asked.get("Action") === "GetCallerIdentity") {
      xml(
        200,
        `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::${account}:user/reader</Arn><UserId>AIDA</UserId><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
      );
      return;
    }
    const role = asked.get("RoleArn") ?? "";
    if (this.options.roles !== undefined && !this.options.roles.includes(role)) {
      const message = `User: arn:aws:iam::${account}:user/reader is not authorized to perform: sts:AssumeRole on resource: ${role}`;
      fail("AccessDenied", message);
      return;
    }
    const owner = /^arn:aws:iam::(\d{12}):role\//.exec(role)?.[1] ?? "";
    const key = `ASIA${owner}${this.#sessions.size}`;
    this.#sessions.set(key, owner);
    const expires = new Date(Date.now() + 3_600_000).toISOString();
    xml(
      200,
      `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser><Arn>arn:aws:sts::${owner}:assumed-role/reader/spillway</Arn><AssumedRoleId>AROA:spillway</AssumedRoleId></AssumedRoleUser><Credentials><AccessKeyId>${key}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken><Expiration>${expires}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
    );
  }
}

interface Identity {
  readonly account: string;
  readonly region: string;
  readonly error: ServedError | undefined;
}

function describe({ id, time, source, name, record }: HistoryEvent): Record<string, unknown> {
  return {
    EventId: id,
    EventName: name,
    ReadOnly: "true",
    AccessKeyId: "ASIAEXAMPLEKEY000001",
    EventTime: time,
    EventSource: source,
    Username: "session",
    Resources: [],
    CloudTrailEvent: record,
  };
}

function amzDate(headers: IncomingMessage["headers"]): number {
  const text = String(headers["x-amz-date"]);
  return Date.parse(text.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, "$1-$2-$3T$4:$5:$6Z"));
}

function sendError(response: ServerResponse, { status, type, message }: ServedError): void {
  send(response, status, { __type: type, ...(message === undefined ? {} : { message }) });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/x-amz-json-1.1" });
  response.end(JSON.stringify(body));
}
