/** One of several processes that serve together: started by `docport serve --workers`, never by hand. */
import cluster from "node:cluster";
import { DocportError, messageOf } from "../lib/errors.ts";
import { startWorkerApp } from "../worker-app.ts";
import { PrimaryLink } from "../workers/primary-link.ts";
import { createCommandLog } from "./command-log.ts";

const { worker } = cluster;
if (!worker) throw new Error("this program is started by `docport serve --workers`");

// Whoever stops the group of processes stops the primary, which has its workers end their requests.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});

const link = new PrimaryLink((message) => void worker.send(message));
worker.on("message", (message: unknown) => link.receive(message));

const starting = startWorkerApp({
  link,
  createLog: (config) =>
    createCommandLog(config, {
      stderr: (text) => void process.stderr.write(text),
      stderrIsTerminal: process.stderr.isTTY,
    }),
  fetch,
});
link.on("close", async () => {
  await (await starting).close();
  worker.disconnect();
});
worker.send({ up: true });

try {
  await starting;
} catch (error) {
  // The primary has it from the answer to its question, and says it; a bug is told whole.
  if (!(error instanceof DocportError)) process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
  worker.disconnect();
}
