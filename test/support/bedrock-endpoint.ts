/** A local endpoint that lists inference profiles as Bedrock's control plane does, two to a page. */
import { createServer } from "node:http";

export interface ListedProfile {
  readonly arn: string;
  readonly modelArns: readonly string[];
}

export interface BedrockEndpoint {
  readonly url: string;
  /** What each Region lists; a Region without an entry refuses. */
  readonly regions: Map<string, readonly ListedProfile[]>;
  close(): void;
}

const pageSize = 2;

export async function startBedrock(): Promise<BedrockEndpoint> {
  const regions = new Map<string, readonly ListedProfile[]>();
  const server = createServer((request, response) => {
    const region = /\/(\w+-\w+-\d)\/bedrock\/aws4_request/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    const url = new URL(request.url ?? "/", "http://local");
    const listed = regions.get(region);
    response.setHeader("content-type", "application/json");
    if (listed === undefined || url.pathname !== "/inference-profiles") {
      response.statusCode = 403;
      response.setHeader("x-amzn-errortype", "AccessDeniedException");
      response.end(JSON.stringify({ message: "not authorized to perform: bedrock:ListInferenceProfiles" }));
      return;
    }
    const application = url.searchParams.get("type") === "APPLICATION";
    const wanted = listed.filter(({ arn }) => arn.includes(":application-inference-profile/") === application);
    const from = Number(url.searchParams.get("nextToken") ?? 0);
    const page = wanted.slice(from, from + pageSize).map(({ arn, modelArns }) => ({
      inferenceProfileName: "x",
      inferenceProfileArn: arn,
      inferenceProfileId: arn.slice(arn.lastIndexOf("/") + 1),
      models: modelArns.map((modelArn) => ({ modelArn })),
      status: "ACTIVE",
      type: application ? "APPLICATION" : "SYSTEM_DEFINED",
    }));
    const more = from + pageSize < wanted.length ? { nextToken: String(from + pageSize) } : {};
    response.end(JSON.stringify({ inferenceProfileSummaries: page, ...more }));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the endpoint has no port");
  return { url: `http://127.0.0.1:${address.port}`, regions, close: () => void server.close() };
}
