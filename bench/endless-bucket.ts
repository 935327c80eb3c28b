/** A bucket that holds nothing: a listing server on loopback that makes up the keys of an organization's trail. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface EndlessBucket extends AsyncDisposable {
  readonly endpoint: string;
}

export interface TrailShape {
  readonly accounts: number;
  readonly regions: readonly string[];
  readonly days: number;
  readonly filesADay: number;
}

export const firstDay = "2026-10-01";
const firstTime = Date.parse(firstDay);
const padded = (value: number, width: number): string => String(value).padStart(width, "0");

export function sizeOf({ accounts, regions, days, filesADay }: TrailShape): number {
  return accounts * regions.length * days * filesADay;
}

/** Keys ascend with `index`, as the names of `regions` do. */
export function keyAt(shape: TrailShape, index: number): string {
  const { regions, days, filesADay } = shape;
  const file = index % filesADay;
  const day = Math.floor(index / filesADay) % days;
  const region = regions[Math.floor(index / (filesADay * days)) % regions.length] ?? "";
  const account = padded(100_000_000_000 + Math.floor(index / (filesADay * days * regions.length)), 12);
  const date = new Date(firstTime + day * 86_400_000).toISOString().slice(0, 10);
  const name = `${account}_CloudTrail_${region}_${date.replaceAll("-", "")}T0000Z_${padded(file, 8)}.json.gz`;
  return `AWSLogs/${account}/CloudTrail/${region}/${date.replaceAll("-", "/")}/${name}`;
}

export function etagAt(index: number): string {
  return index.toString(16).padStart(32, "0");
}

export async function startEndlessBucket(shape: TrailShape): Promise<EndlessBucket> {
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? "/", "http://server").searchParams;
    response.setHeader("Content-Type", "application/xml");
    response.end(listing(shape, query));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  // It listens on a port, so its address is not a pipe.
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose](): Promise<void> {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function listing(shape: TrailShape, query: URLSearchParams): string {
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const most = Number(query.get("max-keys") ?? 1000);
  const after = query.get("continuation-token") ?? query.get("start-after") ?? "";
  const entries: string[] = [];
  let last = "";
  let index = after < prefix ? firstAtLeast(shape, prefix) : firstAtLeast(shape, `${after}\0`);
  for (; index < sizeOf(shape) && entries.length < most;) {
    const key = keyAt(shape, index);
    if (!key.startsWith(prefix)) break;
    const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    if (cut < 0) {
      entries.push(
        `<Contents><Key>${key}</Key><LastModified>2026-10-01T00:00:00.000Z</LastModified><ETag>&quot;${etagAt(index)}&quot;</ETag><Size>2000</Size><StorageClass>STANDARD</StorageClass></Contents>`,
      );
      last = key;
      index++;
    } else {
      last = `${key.slice(0, cut + delimiter.length)}\u{ffff}`;
      entries.push(`<CommonPrefixes><Prefix>${key.slice(0, cut + delimiter.length)}</Prefix></CommonPrefixes>`);
      index = firstAtLeast(shape, last);
    }
  }
  const more = index < sizeOf(shape) && keyAt(shape, index).startsWith(prefix);
  const next = more ? `<NextContinuationToken>${last}</NextContinuationToken>` : "";
  return `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name><KeyCount>${entries.length}</KeyCount><IsTruncated>${more}</IsTruncated>${next}${entries.join("")}</ListBucketResult>`;
}

function firstAtLeast(shape: TrailShape, key: string): number {
  let low = 0;
  let high = sizeOf(shape);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keyAt(shape, middle) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
