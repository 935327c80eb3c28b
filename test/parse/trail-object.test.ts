import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EncodedColumn } from "../../src/columnar/encoded-column.ts";
import { EventBatch } from "../../src/parse/event-batch.ts";
import { toEvent } from "../../src/parse/event.ts";
import { makeScanBuffer } from "../../src/parse/kernel.ts";
import type { BedrockRecord } from "../../src/parse/record.ts";
import { makePlainScanBuffer } from "./plain-scanner.ts";
import {
  type ParsedObject,
  defaultParseOptions,
  explainRejected,
  parseTrailObject,
} from "../../src/parse/trail-object.ts";
import type { ScanBuffer } from "../../src/parse/scan-buffer.ts";
import { cellsOf, wellFormed } from "../columnar/columns.ts";
import { parseEverything } from "./full-parse-oracle.ts";
import { logText } from "./log-texts.ts";

const uri = "s3://trail/AWSLogs/x.json.gz";

const kernel = makeScanBuffer();
const scanBuffers: readonly [string, ScanBuffer][] = [
  ["kernel", kernel],
  ["plain", makePlainScanBuffer()],
];

function read(
  bytes: Uint8Array | string,
  scanBuffer: ScanBuffer = kernel,
): { parsed: ParsedObject; columns: EncodedColumn[] } {
  // checked above
  const batch = new EventBatch();
  const input = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
  const parsed = parseTrailObject(input, uri, batch, { ...defaultParseOptions, scanBuffer });
  return { parsed, columns: batch.take() };
}

function status(bytes: Uint8Array | string): string {
  const { parsed } = read(bytes);
  return parsed.status === "loaded"
    ? `loaded ${parsed.bedrock}/${parsed.records}`
    : `${parsed.status}: ${parsed.reason}`;
}

function rowsOf(columns: readonly EncodedColumn[], rows: number): unknown[] {
  const cells = columns.map((column) => [column.name, cellsOf(column, rows)] as const);
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(cells.map(([name, values]) => [name, values[row]])),
  );
}

function wantedRow(record: unknown, index: number): unknown {
  const row = { ...toEvent(record as BedrockRecord), object_uri: uri, record_index: index }; // the oracle keeps sound records only
  const asStored = (value: unknown): unknown => (typeof value === "string" ? wellFormed(value) : value);
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, asStored(value)]));
}

/** Counts, positions and rows must be the oracle's. */
function expectOracle(bytes: Uint8Array): void {
  const wanted = parseEverything(bytes);
  for (const [name, scanBuffer] of scanBuffers) {
    const { parsed, columns } = read(bytes, scanBuffer);
    expect(parsed.status, `${name}: ${parsed.reason}`).toBe(wanted.status);
    expect(parsed.records).toBe(wanted.records);
    expect(parsed.rejected.map((each) => each.index)).toEqual(wanted.rejected);
    expect(parsed.records).toBe(parsed.bedrock + parsed.other + parsed.rejected.length);
    expect(rowsOf(columns, parsed.bedrock)).toEqual(wanted.kept.map(({ index, record }) => wantedRow(record, index)));
  }
}

const bedrock = `{"eventVersion":"1.11","eventSource":"bedrock.amazonaws.com","eventTime":"2026-10-01T10:00:00Z","eventName":"Converse","awsRegion":"eu-west-1","eventID":"e-1"}`;
const other = `{"eventSource":"s3.amazonaws.com","requestParameters":{"note":"}]bedrock\\"{"}}`;
const insight = `{"eventType":"AwsCloudTrailInsight","eventCategory":"Insight","insightDetails":{}}`;
const invocationLog = `{"schemaType":"ModelInvocationLog","modelId":"x"}`;
const digest = `{"awsAccountId":"1","digestStartTime":"2026-10-01T10:00:00Z","logFiles":[{"s3Object":"x"}]}`;
const envelope = `{"Records":[${bedrock},${other}]}`;
const padding = Buffer.alloc(100);
const broken = Buffer.from(gzipSync(envelope));
broken[broken.length - 6] = (broken.at(-6) ?? 0) ^ 0xff;

describe("parseTrailObject", () => {
  it.each<[string, string | Uint8Array, string]>([
    ["CloudTrail's envelope", envelope, "loaded 1/2"],
    ["gzip", gzipSync(envelope), "loaded 1/2"],
    [
      "several gzip members",
      Buffer.concat([gzipSync(envelope.slice(0, 90)), gzipSync(envelope.slice(90))]),
      "loaded 1/2",
    ],
    ["an envelope in each gzip member", Buffer.concat([gzipSync(envelope), gzipSync(envelope)]), "loaded 2/4"],
    ["zeros after the gzip stream", Buffer.concat([gzipSync(envelope), padding]), "loaded 1/2"],
    ["BOM", `\ufeff${envelope}`, "loaded 1/2"],
    ["no records", `{"Records":[]}`, "loaded 0/0"],
    ["no records, pretty-printed", `{ "Records": [\n ]\n}\n`, "loaded 0/0"],
    ["pretty-printed", JSON.stringify(JSON.parse(envelope), null, 2), "loaded 1/2"],
    ["other keys before", `{"x":{"Records":[1,2,3]},"Records":[${bedrock}]}`, "loaded 1/1"],
    ["other keys behind", `{"Records":[${bedrock}],"x":[{},{}]}`, "loaded 1/1"],
    ["Records twice: the last", `{"Records":[${bedrock},{}],"Records":[${bedrock}]}`, "loaded 1/1"],
    ["a list", `[${bedrock},${other},${other}]`, "loaded 1/3"],
    ["an empty list", `[]`, "loaded 0/0"],
    ["one record", bedrock, "loaded 1/1"],
    ["one record of another service", other, "loaded 0/1"],
    ["JSON lines", `${bedrock}\n${other}\r\n\n${bedrock}`, "loaded 2/3"],
    ["JSON lines of envelopes", `${envelope}\n${envelope}\n`, "loaded 2/4"],
    ["JSON lines with U+2028", `${bedrock.replace("e-1", "e\u2028")}\n${other}`, "loaded 1/2"],
    ["JSON lines of texts", `${JSON.stringify(bedrock)}\n${JSON.stringify(other)}`, "loaded 1/2"],
    ["records as texts", JSON.stringify({ Records: [bedrock, other] }), "loaded 1/2"],
    [
      "lookup-events",
      JSON.stringify({
        Events: [{ EventId: "e", CloudTrailEvent: bedrock }, { CloudTrailEvent: other }],
        NextToken: "x",
      }),
      "loaded 1/2",
    ],
    ["a list of looked-up events", JSON.stringify([{ EventId: "e", CloudTrailEvent: bedrock }]), "loaded 1/1"],
    ["records that are not objects", `{"Records":[1,null,"x",[${bedrock}],${bedrock}]}`, "loaded 1/5"],
    ["an escaped spelling", envelope.replace("bedrock.", "\\u0062\\u0065d\\u0072oc\\u006b."), "loaded 1/2"],
    [
      "an escaped spelling, nothing plain",
      `{"Records":[${bedrock.replace("bedrock.", "bedroc\\u006b.")}]}`,
      "loaded 1/1",
    ],
    ["an escaped key", envelope.replace("eventSource", "\\u0065ventSourc\\u0065"), "loaded 1/2"],
    ["a record inside a record", `{"Records":[{"eventSource":"s3.amazonaws.com","x":${bedrock}}]}`, "loaded 0/1"],
    [
      "eventSource twice: the last",
      `{"Records":[${bedrock.replace("}", ',"eventSource":"s3.amazonaws.com"}')}]}`,
      "loaded 0/1",
    ],
    ["lone surrogates", `{"Records":[${bedrock.replace("e-1", "\\ud800x")}]}`, "loaded 1/1"],
    ["bytes that are not UTF-8", Buffer.from(envelope.replace("e-1", "\xff\xfe"), "latin1"), "loaded 1/2"],
    ["Insights events", `{"Records":[${insight},${insight}]}`, "skipped: CloudTrail Insights events"],
    ["a digest", gzipSync(digest), "skipped: CloudTrail digest"],
    ["model invocation logs", `${invocationLog}\n${invocationLog}`, "skipped: model invocation log"],
    ["a model invocation log", invocationLog, "skipped: model invocation log"],
    ["a list of model invocation logs", `[${invocationLog}]`, "skipped: model invocation log"],
    ["zero bytes", "", "quarantined: file is empty"],
    ["gzip of zero bytes", gzipSync(""), "quarantined: file is empty when inflated"],
    ["blanks", " \n", "quarantined: file is empty"],
    ["truncated gzip", gzipSync(envelope).subarray(0, 60), "quarantined: gzip stream is truncated"],
    ["a gzip header alone", gzipSync(envelope).subarray(0, 2), "quarantined: gzip stream is truncated"],
    ["gzip with a wrong checksum", broken, "quarantined: gzip stream is broken: incorrect data check"],
    [
      "text after the gzip stream",
      Buffer.concat([gzipSync(envelope), Buffer.from("x")]),
      expect.stringMatching(/^quarantined: /),
    ],
    [
      "zeros and text after the gzip stream",
      Buffer.concat([gzipSync(envelope), padding, Buffer.from("x")]),
      "quarantined: bytes other than zero padding follow the gzip stream",
    ],
    [
      "a second member cut short",
      Buffer.concat([gzipSync(envelope), gzipSync(envelope).subarray(0, 9)]),
      "quarantined: gzip stream is truncated",
    ],
    ["an envelope that does not close", envelope.slice(0, -1), expect.stringMatching(/^quarantined: is not JSON/)],
    ["a list that does not close", envelope.slice(0, -2), expect.stringMatching(/^quarantined: is not JSON/)],
    ["a string that does not close", `{"Records":[{"a":"}]}`, expect.stringMatching(/^quarantined: is not JSON/)],
    ["text behind the envelope", `${envelope}x`, expect.stringMatching(/^quarantined: is not JSON/)],
    ["a bracket too many", `${envelope}}`, expect.stringMatching(/^quarantined: is not JSON/)],
    ["no comma between records", `{"Records":[${other} ${other}]}`, expect.stringMatching(/^quarantined: is not JSON/)],
    ["a comma too many", `{"Records":[${other},]}`, expect.stringMatching(/^quarantined: is not JSON/)],
    [
      "a broken Bedrock record",
      envelope.replace('"awsRegion":', '"awsRegion"'),
      expect.stringMatching(/^quarantined: is not JSON/),
    ],
    [
      "a broken text of a Bedrock record",
      JSON.stringify({ Events: [{ CloudTrailEvent: bedrock.slice(1) }] }),
      expect.stringMatching(/^quarantined: is not JSON/),
    ],
    ["a line cut short", `${bedrock}\n${bedrock.slice(0, 30)}`, expect.stringMatching(/^quarantined: is not JSON/)],
    [
      "no Records",
      `{"a":1}`,
      "quarantined: is not a CloudTrail log: none of its 1 elements is a CloudTrail record; the first has the fields a",
    ],
    ["Records that is not a list", `{"Records":{}}`, "quarantined: is not a CloudTrail log: Records is not a list"],
    ["a number", `17`, "quarantined: is not a CloudTrail log: neither an object nor a list"],
    ["text", `hello`, expect.stringMatching(/^quarantined: is not JSON/)],
    ["CSV", `a,b\n1,2`, expect.stringMatching(/^quarantined: is not JSON/)],
  ])("%s", (_, bytes, wanted) => {
    expect(status(bytes)).toEqual(wanted);
  });

  it("takes an object as a whole or not at all", () => {
    const batch = new EventBatch();
    parseTrailObject(
      Buffer.from(`{"Records":[${bedrock},${bedrock.replace('"awsRegion":', '"awsRegion"')}]}`),
      uri,
      batch,
    );
    expect(batch.length).toBe(0);
  });

  it("quarantines what inflates to more than allowed, and reads on", () => {
    const batch = new EventBatch();
    const bomb = gzipSync(Buffer.alloc(1 << 20, " "));
    const tight = { maxRawBytes: 100_000 };
    const parsed = parseTrailObject(bomb, uri, batch, tight);
    expect(parsed).toMatchObject({ status: "quarantined", reason: "holds more than 100000 bytes when inflated" });
    expect(parseTrailObject(gzipSync(envelope), uri, batch, tight).bedrock).toBe(1);
    expect(parseTrailObject(Buffer.alloc(100_001, " "), uri, batch, tight).status).toBe("quarantined");
  });

  it("survives deep nesting in any form", () => {
    const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
    expect(status(`{"Records":[${bedrock.replace("}", `,"x":${deep}}`)}]}`)).toBe("loaded 1/1");
    expect(status(`{"x":${deep},"Records":[${bedrock}]}`)).toBe("loaded 1/1");
    expect(status("[".repeat(1_000_000))).toMatch(/^quarantined/);
    expect(status("}".repeat(1_000_000))).toMatch(/^quarantined/);
  });

  it("says what is wrong with a rejected record", async () => {
    const bad = bedrock.replace(`"e-1"`, "7");
    const { parsed } = read(`{"Records":[${other},${bad},${bedrock.replace("2026-10-01T10", "later")}]}`);
    expect(parsed).toMatchObject({ status: "loaded", records: 3, bedrock: 0, other: 1 });
    const { rejected } = await explainRejected(parsed);
    expect(rejected).toEqual([
      { index: 1, eventId: null, reason: expect.stringContaining("eventID") },
      { index: 2, eventId: "e-1", reason: expect.stringContaining("eventTime") },
    ]);
  });

  it("counts records of another major version", () => {
    const { parsed } = read(`{"Records":[${bedrock},${bedrock.replace("1.11", "2.0")}]}`);
    expect(parsed).toMatchObject({ bedrock: 2, otherMajor: 1 });
  });

  it("finds what a full parse finds, whatever the text", { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(logText, fc.nat(), (text, split) => {
        const bytes = Buffer.from(text);
        expectOracle(bytes);
        const at = split % (bytes.length + 1);
        expectOracle(
          Buffer.concat([gzipSync(bytes.subarray(0, at), { level: 1 }), gzipSync(bytes.subarray(at), { level: 1 })]),
        );
      }),
      { numRuns: 400 },
    );
  });

  it("never throws, whatever the bytes", () => {
    const soup = fc.array(
      fc.constantFrom(
        "{",
        "}",
        "[",
        "]",
        '"',
        "\\",
        ",",
        ":",
        '"Records"',
        "bedrock",
        " ",
        "1",
        bedrock,
        '{"Records":[',
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(soup, (parts) => {
        const bytes = Buffer.from(parts.join(""));
        const [first, second] = scanBuffers.map(([, scanBuffer]) => read(bytes, scanBuffer).parsed);
        expect(first).toEqual(second);
        // What a parser accepts is never quarantined for its JSON.
        const wanted = parseEverything(bytes);
        if (wanted.status === "loaded") expect(first).toMatchObject({ status: "loaded", records: wanted.records });
      }),
      { numRuns: 2000 },
    );
  });
});

/** Files of this repository's corpora, and of the folder of samples that may lie beside it. */
function samples(): string[] {
  const folders = ["../corpus/", "../../../shared/data/"].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return folders.filter(existsSync).flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(json|jsonl|ndjson|gz)$/.test(name))
      .map((name) => join(folder, name)),
  );
}

describe("sample files", () => {
  it("come out as with a full parse", () => {
    const files = samples();
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expectOracle(readFileSync(file));
  });
});
