/** The question to whoever sits at the terminal. */

/** Undefined where nobody could answer: a script, a scheduler. */
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
