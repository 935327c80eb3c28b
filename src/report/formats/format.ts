/** The parts common to all formats: their signature, and their output. */
import { once } from "node:events";
import type { OutputStream } from "../../effects.ts";
import type { Result } from "../../engines/engine.ts";
import type { Described } from "../page/build-page.ts";
import type { PageHead } from "../page/data/page-data.ts";

export interface FormatOptions {
  /** The words of a page around the rows. */
  readonly page?: { readonly report?: Described | undefined; readonly head?: PageHead | undefined } | undefined;
  /** Characters in a line; default: nothing is cut. */
  readonly width?: number | undefined;
  readonly color?: boolean | undefined;
  /** The description of itself that a file carries, if its format has a place for it. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** The text around the array of JSON. */
  readonly frame?: { readonly before: string; readonly after: string } | undefined;
}

/** Writes a result and tells how many rows it had. It waits when the receiver is slower. */
export type Format = (result: Result, output: OutputStream, options?: FormatOptions) => Promise<number>;

/** Writes and, where the stream says that it is full, waits until it has room. */
export async function send(output: OutputStream, chunk: string | Uint8Array): Promise<void> {
  const accepted = output.write(chunk);
  if (accepted instanceof Promise) await accepted;
  else if (accepted === false && isEmitter(output)) await drained(output);
}

/** The listener that lost is taken away again: a long result waits thousands of times. */
async function drained(output: NodeJS.EventEmitter): Promise<void> {
  const waiting = new AbortController();
  const { signal } = waiting;
  try {
    await Promise.race([once(output, "drain", { signal }), once(output, "close", { signal })]);
  } finally {
    waiting.abort();
  }
}

function isEmitter(output: OutputStream): output is OutputStream & NodeJS.EventEmitter {
  return "once" in output && typeof output.once === "function";
}

/** Collects small pieces of text, so that a row does not cost a system call. */
export class TextWriter {
  private readonly output: OutputStream;
  private text = "";

  constructor(output: OutputStream) {
    this.output = output;
  }

  async add(piece: string): Promise<void> {
    this.text += piece;
    if (this.text.length > 65_536) await this.flush();
  }

  async flush(): Promise<void> {
    const text = this.text;
    this.text = "";
    if (text !== "") await send(this.output, text);
  }
}

/** 1 is bold, 2 is dim. */
export function paint(value: string, code: 1 | 2, options: FormatOptions): string {
  return options.color === true ? `\u001B[${code}m${value}\u001B[22m` : value;
}
