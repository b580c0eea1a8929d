import cluster from "node:cluster";
import type { WorkerProcess } from "./worker-pool.ts";

/**
 * Gives what starts worker processes that run `module`. They share sockets: who listens on a port in
 * a worker listens on the same one as all others. Each takes connections from it by itself, so that
 * the death of one loses nothing that waits, and no connection goes through the primary.
 */
export function workerStarter(module: string): () => WorkerProcess {
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ exec: module, args: [], serialization: "advanced" });
  return () => {
    const worker = cluster.fork();
    // It may be dead before it is told something; that is told by its end.
    worker.on("error", () => {});
    // What is sent before the worker listens is lost: its first word says that it does.
    let waiting: object[] | undefined = [];
    const send = (message: object): void => {
      if (worker.isConnected()) worker.send(message, () => {});
    };
    worker.once("message", () => {
      for (const message of waiting ?? []) send(message);
      waiting = undefined;
    });
    return {
      pid: worker.process.pid,
      send: (message) => void (waiting?.push(message) ?? send(message)),
      onMessage: (listener) => void worker.on("message", listener),
      onExit: (listener) =>
        void worker.once("exit", (code: number | null, signal: string | null) =>
          listener(signal ?? `exit code ${code}`),
        ),
      kill: () => void worker.process.kill("SIGKILL"),
    };
  };
}
