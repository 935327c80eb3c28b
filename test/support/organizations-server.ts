/** A local endpoint that answers as Organizations does when its accounts are listed: in pages, some of them empty. */
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface ListedAccount {
  readonly Id: string;
  readonly State?: string;
  readonly Status?: string;
  /** Seconds since 1970. */
  readonly JoinedTimestamp?: number;
}

interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

export interface OrganizationsServer extends AsyncDisposable {
  readonly url: string;
  /** What the pages hold, in their order. */
  pages: readonly (readonly ListedAccount[])[];
  /** Taken away one for each request, before anything else is answered. */
  refusals: Refusal[];
  /** Tokens of the requests, the first one null. */
  readonly asked: (string | null)[];
}

export async function startOrganizations(): Promise<OrganizationsServer> {
  const asked: (string | null)[] = [];
  const server: Server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const answer = (status: number, body: object): void => {
        outgoing.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
        outgoing.end(JSON.stringify(body));
      };
      const refused = here.refusals.shift();
      if (refused !== undefined) {
        answer(refused.status, { __type: refused.type, Message: refused.message });
        return;
      }
      if (incoming.headers["x-amz-target"] !== "AWSOrganizationsV20161128.ListAccounts") {
        answer(400, { __type: "UnknownOperationException", Message: String(incoming.headers["x-amz-target"]) });
        return;
      }
      // what the SDK sends
      const { NextToken: token = null } = JSON.parse(Buffer.concat(chunks).toString()) as { NextToken?: string };
      asked.push(token);
      const page = token === null ? 0 : Number(token.slice("page-".length));
      const next = page + 1 < here.pages.length ? { NextToken: `page-${page + 1}` } : {};
      answer(200, { Accounts: here.pages[page] ?? [], ...next });
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  // a TCP server has such an address
  const { port } = server.address() as AddressInfo;
  const here: OrganizationsServer = {
    url: `http://127.0.0.1:${port}`,
    pages: [],
    refusals: [],
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return here;
}
