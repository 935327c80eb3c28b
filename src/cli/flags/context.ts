/** What every command is given. */
import type { Effects } from "../../effects.ts";

/** What a command's action needs besides its own flags. */
export interface CommandContext {
  readonly effects: Effects;
  readonly signal: AbortSignal;
  /** Sets the exit code of a command that succeeded with something to say. */
  readonly exitWith: (code: number) => void;
}
