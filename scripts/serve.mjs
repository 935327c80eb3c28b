// A server as the child of a script: it runs until SIGTERM or SIGINT, or until stdin closes, and then ends with all its processes.
import { spawn } from "node:child_process";

/** Starts the server and prints `ready URL` once it answers. `graceMs`: from SIGTERM to SIGKILL. `ended`: cleans up behind it. */
export async function serve({ program, args, options, url, answers, everyMs, graceMs, ended, started }) {
  const child = spawn(program, args, { ...options, stdio: ["ignore", 2, 2], detached: true });
  let isOver = false;
  child.once("exit", (code) => {
    isOver = true;
    ended?.();
    process.exit(code ?? 0);
  });
  const killGroup = (signal) => {
    if (!isOver && child.pid !== undefined) process.kill(-child.pid, signal);
  };
  const stop = () => {
    killGroup("SIGTERM");
    setTimeout(killGroup, graceMs, "SIGKILL").unref();
  };
  for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, stop);
  process.stdin.resume().once("end", stop).once("error", stop);
  while (!(await answers(url))) await new Promise((done) => setTimeout(done, everyMs));
  started?.(url);
  console.log(`ready ${url}`);
}
