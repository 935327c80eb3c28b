/** The side effects that commands use; tests pass their own. */
import type { Logger } from "./log.ts";

/** The effects of a command besides reading its sources and writing its warehouse. */
export interface Effects {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  readonly log: Logger;
  /** Asks the person at the terminal; undefined if there is none. */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
}

/** The part of a Node stream that we write to. `columns` is set on a terminal only. */
export interface OutputStream {
  write(chunk: string | Uint8Array): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}
