/** A local AWS in which every call is allowed and every answer good, until a test says otherwise: Bedrock, CloudTrail, STS, IAM. */
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { randomUUID } from "node:crypto";

export interface Asked {
  /** As IAM names it: `bedrock:GetInferenceProfile`. */
  readonly call: string;
  readonly region: string;
  /** Decoded path of a REST call. */
  readonly path: string;
  readonly body: string;
  readonly requestId: string;
}

export interface Answer {
  readonly status?: number;
  /** Of an error. */
  readonly type?: string;
  readonly body?: unknown;
  readonly bytes?: Uint8Array;
  readonly contentType?: string;
  /** The connection ends behind what was written. */
  readonly breaksOff?: boolean;
  /** It never ends. */
  readonly hangs?: boolean;
}

export type Answers = Record<string, (asked: Asked) => Answer>;

export interface AwsEndpoint {
  readonly url: string;
  readonly calls: Asked[];
  /** By the name of the call; may change while it runs. */
  answers: Answers;
  close(): void;
}

export function refused(call: string): Answer {
  return {
    status: 403,
    type: "AccessDeniedException",
    body: {
      message: `User: arn:aws:sts::111122223333:assumed-role/reader/me is not authorized to perform: ${call} because no identity-based policy allows the ${call} action`,
    },
  };
}

export function failed(type: string, message: string, status = 400): Answer {
  return { status, type, body: { message } };
}

export async function startAws(answers: Answers): Promise<AwsEndpoint> {
  const calls: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const asked = askedOf(request, Buffer.concat(chunks).toString());
      calls.push(asked);
      const answer = endpoint.answers[asked.call]?.(asked) ?? failed("UnknownOperationException", asked.call);
      send(response, asked, answer);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the endpoint has no port");
  const endpoint: AwsEndpoint = {
    url: `http://127.0.0.1:${address.port}`,
    calls,
    answers,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return endpoint;
}

/** Credentials and the way to the endpoint, for the SDK's own chain. */
export function useAws({ url }: AwsEndpoint): void {
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: "AKTEST",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/nonexistent/config",
    AWS_SHARED_CREDENTIALS_FILE: "/nonexistent/credentials",
    AWS_ENDPOINT_URL: url,
  });
  for (const name of ["AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCOUNT_ID"])
    delete process.env[name];
}

const rest: readonly (readonly [method: string, path: RegExp, call: string])[] = [
  ["GET", /^\/inference-profiles\/./, "bedrock:GetInferenceProfile"],
  ["GET", /^\/foundation-model-availability\/./, "bedrock:GetFoundationModelAvailability"],
  ["GET", /^\/use-case-for-model-access$/, "bedrock:GetUseCaseForModelAccess"],
  ["GET", /^\/logging\/modelinvocations$/, "bedrock:GetModelInvocationLoggingConfiguration"],
  ["POST", /^\/model\/.+\/converse$/, "bedrock:Converse"],
  ["POST", /^\/model\/.+\/converse-stream$/, "bedrock:ConverseStream"],
  ["POST", /^\/model\/.+\/invoke$/, "bedrock:InvokeModel"],
];

function askedOf({ method, url = "/", headers }: IncomingMessage, body: string): Asked {
  const [, region = "", service = ""] =
    /\/([a-z0-9-]+)\/([a-z]+)\/aws4_request/.exec(headers.authorization ?? "") ?? [];
  const path = decodeURIComponent(url.split("?")[0] ?? "/");
  const target = headers["x-amz-target"];
  const named = typeof target === "string" ? target.split(".").at(-1) : /(?:^|&)Action=(\w+)/.exec(body)?.[1];
  const call =
    named === undefined
      ? (rest.find(([verb, shape]) => verb === method && shape.test(path))?.[2] ?? `${service}:${method} ${path}`)
      : `${service}:${named}`;
  return { call, region, path, body, requestId: randomUUID() };
}

function send(response: ServerResponse, asked: Asked, answer: Answer): void {
  const { status = 200, type, body = {}, bytes, contentType, breaksOff, hangs } = answer;
  const isXml = /^(?:sts|iam):/.test(asked.call);
  response.setHeader("x-amzn-requestid", asked.requestId);
  if (type !== undefined && !isXml) response.setHeader("x-amzn-errortype", type);
  response.setHeader("content-type", contentType ?? (isXml ? "text/xml" : "application/json"));
  response.statusCode = status;
  if (hangs === true) {
    response.write(bytes ?? "");
    return;
  }
  if (breaksOff === true) {
    response.write(bytes ?? "");
    setTimeout(() => response.destroy(), 20);
    return;
  }
  response.end(
    bytes ??
      (isXml ? xmlOf(type, body) : JSON.stringify(type === undefined ? body : { __type: type, ...Object(body) })),
  );
}

function xmlOf(type: string | undefined, body: unknown): string {
  if (type === undefined) return String(body);
  const message = String(Object(body).message ?? "");
  return `<ErrorResponse><Error><Type>Sender</Type><Code>${type.replace(/Exception$/, "")}</Code><Message>${message}</Message></Error></ErrorResponse>`;
}
