/** The id of the account that the credentials belong to. */
import { text as textOf } from "node:stream/consumers";
import type { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { findRegion } from "../reference/regions.ts";
import { SpillwayError, messageOf } from "../errors.ts";
import type { ServiceAccess } from "./access.ts";
import { connect } from "./connection.ts";
import { credentialProblem } from "./refusals.ts";
import { statusOf, withRetry } from "./retry.ts";

/** The account from the role's ARN, else from the credentials, else from STS: the first two cost nothing. */
export async function accountOf(
  client: CloudTrailClient,
  access: ServiceAccess,
  signal: AbortSignal | undefined,
): Promise<string> {
  // Even where the role's ARN has the account: missing credentials are noticed before anything else is asked.
  const { accountId } = await client.config.credentials();
  const known = accountOfRole(access) ?? accountId;
  if (known !== undefined) return known;
  try {
    return await withRetry(access.retry, () => askSts(client, access.region, signal), signal);
  } catch (thrown) {
    const isAnswer = thrown instanceof SpillwayError || statusOf(thrown) !== undefined;
    if (isAnswer || signal?.aborted === true) throw thrown;
    throw unknownAccount(`${stsEndpoint(access.region)} cannot be reached: ${messageOf(thrown)}`, thrown);
  }
}

function unknownAccount(why: string, cause?: unknown): SpillwayError {
  return new SpillwayError("source-unreachable", `the account of these credentials cannot be found out: ${why}`, {
    next: "Set AWS_ACCOUNT_ID to the account that the credentials belong to, or make STS reachable.",
    cause,
  });
}

function accountOfRole({ roles }: ServiceAccess): string | undefined {
  return /^arn:[^:]+:iam::(\d{12}):/.exec(roles.at(-1)?.arn ?? "")?.[1];
}

type SentRequest = Parameters<CloudTrailClient["config"]["requestHandler"]["handle"]>[0];

/** A request signed and sent with the CloudTrail client's parts: one call does not justify another SDK. It needs no permission. */
async function askSts(client: CloudTrailClient, region: string, signal: AbortSignal | undefined): Promise<string> {
  const url = new URL(stsEndpoint(region));
  const signer = await client.config.signer();
  const body = "Action=GetCallerIdentity&Version=2011-06-15";
  const offset = client.config.systemClockOffset;
  const request = await signer.sign(
    {
      method: "POST",
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port === "" ? {} : { port: Number(url.port) }),
      path: url.pathname,
      query: {},
      headers: { host: url.host, "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
      body,
    },
    { signingService: "sts", signingRegion: region, signingDate: new Date(Date.now() + offset) },
  );
  // The client's own handler has its proxy and its time-outs.
  const answer = await client.config.requestHandler.handle(
    request as SentRequest, // the signer returns the request it was given, with headers
    signal === undefined ? {} : { abortSignal: signal },
  );
  const { statusCode, headers, body: stream } = answer.response;
  const text = await textOf(stream);
  const account = /<Account>(\d{12})<\/Account>/.exec(text)?.[1];
  if (account !== undefined) return account;
  const { date } = headers;
  const ahead = date === undefined ? 0 : Date.parse(date) - Date.now();
  const isSkewed = statusCode === 403 && Math.abs(ahead - offset) > 240_000;
  if (isSkewed) {
    client.config.systemClockOffset = ahead;
    return await askSts(client, region, signal);
  }
  throw stsFailure(statusCode, text);
}

/** An error with the name STS gave it, which the table of refusals knows. */
function stsFailure(status: number, text: string): Error {
  const code = /<Code>([^<]+)<\/Code>/.exec(text)?.[1];
  const message = /<Message>([^<]+)<\/Message>/.exec(text)?.[1] ?? `STS answers ${status}`;
  if (code === undefined && status < 500) return unknownAccount(message);
  return Object.assign(new Error(message), { name: code ?? "InternalFailure", $metadata: { httpStatusCode: status } });
}

function stsEndpoint(region: string): string {
  const named = process.env["AWS_ENDPOINT_URL_STS"] ?? process.env["AWS_ENDPOINT_URL"];
  if (named !== undefined && named !== "") return named;
  const partition = findRegion(region)?.partition ?? "aws";
  const domain =
    partition === "aws-cn" ? "amazonaws.com.cn" : partition === "aws-eusc" ? "amazonaws.eu" : "amazonaws.com";
  return `https://sts.${region}.${domain}/`;
}

/** The account behind any way to AWS. */
export async function callerAccount(access: ServiceAccess, signal: AbortSignal | undefined): Promise<string> {
  try {
    return await accountOf((await connect("cloudtrail", access)).client, access, signal);
  } catch (thrown) {
    if (thrown instanceof SpillwayError || !(thrown instanceof Error)) throw thrown;
    throw credentialProblem(thrown, access, true) ?? thrown;
  }
}
