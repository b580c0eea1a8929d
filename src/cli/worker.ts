/** One of several processes that serve together: started by `docport serve --workers`, never by hand. */
import cluster from "node:cluster";
import { startWorkerApp } from "../worker-app.ts";
import { PrimaryLink } from "../workers/primary-link.ts";
import { createCommandLog } from "./command-log.ts";

const { worker } = cluster;
if (!worker) throw new Error("this program is started by `docport serve --workers`");

// Whoever stops the group of processes stops the primary, which has its workers end their requests.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});

const link = new PrimaryLink((message) => {
  // Without the primary this process ends; what it had to say then nobody hears.
  if (worker.isConnected()) worker.send(message, () => {});
});
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
  await starting.then(
    (app) => app.close(),
    // The primary has why from the answer to its question, and says it.
    () => {},
  );
  worker.disconnect();
});
worker.send({ up: true });
starting.catch(() => {});
