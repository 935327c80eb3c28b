/** The context of every command. */
import type { Effects } from "../../effects.ts";

/** The means of a command's action besides its own flags. */
export interface CommandContext {
  readonly effects: Effects;
  readonly signal: AbortSignal;
  /** Sets the exit code of a command that succeeded with findings. */
  readonly exitWith: (code: number) => void;
}
