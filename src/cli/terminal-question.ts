/** The question to the person at the terminal. */

/** The function that asks; undefined where nobody could answer: in a script or scheduler. */
export function terminalQuestion({
  stdin,
  stderr,
}: NodeJS.Process): ((question: string) => Promise<string>) | undefined {
  if (!stdin.isTTY || !stderr.isTTY) return undefined;
  return async (question) => {
    const { createInterface } = await import("node:readline/promises");
    const terminal = createInterface({ input: stdin, output: stderr });
    try {
      return await terminal.question(question);
    } finally {
      terminal.close();
    }
  };
}
