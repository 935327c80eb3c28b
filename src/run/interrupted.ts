/** The words for a run that a signal ended. */
import { SpillwayError } from "../errors.ts";

const next = "Run the same command again to go on from there.";

/** The error for a stop between two steps or files. */
export function interrupted(): SpillwayError {
  return new SpillwayError("interrupted", "stopped before the run was done; what was read is committed and published", {
    next,
  });
}

/** The error for a stop within a step that did not react. */
export function abandoned(): SpillwayError {
  return new SpillwayError(
    "interrupted",
    "stopped in the middle of something that did not end; what was committed is kept",
    { next },
  );
}
