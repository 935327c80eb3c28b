/** A CloudTrail endpoint on loopback that gives public keys, Region by Region, and the trails that the AWS CLI asks for. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type { SigningKey } from "../../src/demo/digest-chain.ts";
import { LoopbackServer, answerJson } from "./loopback-server.ts";

export interface GivenKey {
  readonly key: SigningKey;
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
}

export interface AskedForKeys {
  readonly region: string;
  readonly from: number;
  readonly to: number;
}

export class PublicKeysServer extends LoopbackServer {
  /** Keys of each Region. */
  readonly keys: Map<string, readonly GivenKey[]> = new Map();
  readonly asked: AskedForKeys[] = [];
  /** What DescribeTrails answers. */
  trails: readonly Readonly<Record<string, unknown>>[] = [];
  /** Regions that refuse. */
  readonly denied: Set<string> = new Set();

  static async start(): Promise<PublicKeysServer> {
    return await new PublicKeysServer().listen();
  }

  protected override async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const target = String(request.headers["x-amz-target"]);
    const region = /Credential=[^/]+\/\d{8}\/([^/]+)\/cloudtrail\//.exec(request.headers.authorization ?? "")?.[1];
    const answer = (status: number, value: unknown): void => answerJson(response, status, value);
    if (region === undefined) {
      answer(400, { __type: "MissingAuthenticationTokenException", message: "not signed for CloudTrail" });
      return;
    }
    if (target.endsWith(".DescribeTrails")) {
      answer(200, { trailList: this.trails });
      return;
    }
    if (!target.endsWith(".ListPublicKeys")) {
      answer(400, { __type: "UnknownOperationException", message: target });
      return;
    }
    // What SDK and CLI send: times as epoch seconds.
    const { StartTime, EndTime } = JSON.parse(body) as { StartTime: number; EndTime: number };
    this.asked.push({ region, from: StartTime * 1000, to: EndTime * 1000 });
    if (this.denied.has(region)) {
      const message =
        "User: arn:aws:iam::111122223333:user/auditor is not authorized to perform: cloudtrail:ListPublicKeys";
      answer(400, { __type: "AccessDeniedException", message });
      return;
    }
    const keys = (this.keys.get(region) ?? []).filter(
      ({ from, to }) => from <= EndTime * 1000 && to >= StartTime * 1000,
    );
    answer(200, {
      PublicKeyList: keys.map(({ key, from, to }) => ({
        Value: key.value,
        Fingerprint: key.fingerprint,
        ValidityStartTime: from / 1000,
        ValidityEndTime: to / 1000,
      })),
    });
  }
}
