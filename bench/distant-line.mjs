/** A thread between a client and a server on loopback: answers arrive some milliseconds later, as from a store that is not in the same machine. */
import { connect, createServer } from "node:net";
import { parentPort, workerData } from "node:worker_threads";

const { port, delayMs } = workerData;
const server = createServer((client) => {
  const line = connect(port, "127.0.0.1");
  client.setNoDelay();
  line.setNoDelay();
  client.pipe(line);
  // Timers of one length fire in the order in which they were set: bytes keep theirs.
  line.on("data", (chunk) => setTimeout(() => void (client.destroyed || client.write(chunk)), delayMs));
  line.on("close", () => setTimeout(() => client.end(), delayMs));
  client.on("close", () => line.destroy());
  for (const socket of [client, line]) socket.on("error", () => socket.destroy());
});
server.listen(0, "127.0.0.1", () => parentPort?.postMessage(server.address().port));
