/** A CloudTrail endpoint on loopback that gives public keys, Region by Region, and the trails that the AWS CLI asks for. */
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { SigningKey } from "../../src/demo/digest-chain.ts";

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

export class PublicKeysServer {
  /** Keys of each Region. */
  readonly keys: Map<string, readonly GivenKey[]> = new Map();
  readonly asked: AskedForKeys[] = [];
  /** What DescribeTrails answers. */
  trails: readonly Readonly<Record<string, unknown>>[] = [];
  /** Regions that refuse. */
  readonly denied: Set<string> = new Set();
  readonly #server: Server = createServer((request, response) => void this.#serve(request, response));

  static async start(): Promise<PublicKeysServer> {
    const server = new PublicKeysServer();
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get endpoint(): string {
    // It listens on a port, so its address is not a pipe.
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const target = String(request.headers["x-amz-target"]);
    const region = /Credential=[^/]+\/\d{8}\/([^/]+)\/cloudtrail\//.exec(request.headers.authorization ?? "")?.[1];
    const answer = (status: number, value: unknown): void => {
      response.writeHead(status, { "Content-Type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(value));
    };
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
