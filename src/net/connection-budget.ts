import { readFile } from "node:fs/promises";
import { totalmem } from "node:os";

/** How many connections a listener may hold. */
export interface ConnectionBudget {
  readonly maxConnections: number;
  readonly maxConnectionsPerClient: number;
}

export interface MachineLimits {
  /** Files and sockets that the process may have open; undefined when it is not known. */
  readonly descriptors: number | undefined;
  /** Memory that the process may take, of the machine or of its container. */
  readonly memoryBytes: number;
}

/** How much of it is for the listener that clients use; the rest is for the one that redirects. */
export const MAIN_SHARE: number = 7 / 8;

/** More than any one process of this kind is good for. */
const MOST = 16_384;
/** For the index, certificates, logs, requests to a CA and to an embeddings endpoint. */
const RESERVED_DESCRIPTORS = 128;
/** Where the system does not tell: the limit that most of them begin with. */
const USUAL_DESCRIPTORS = 1024;
/** A TLS connection at rest, with what the kernel keeps of it: measured by `bench/connections.ts`. */
const BYTES_PER_CONNECTION = 64 * 1024;
/** Connections at rest may take this much of the memory. */
const MEMORY_SHARE = 1 / 4;
/** One client may have a sixteenth of the connections, and this many of a small budget. */
const LEAST_PER_CLIENT = 64;

/**
 * The connections that a process can hold: as many as its descriptors and a quarter of its memory
 * carry, at most 16,384; and the part of them that is `share`.
 */
export function connectionBudget(
  { descriptors, memoryBytes }: MachineLimits,
  share: number = MAIN_SHARE,
): ConnectionBudget {
  const left = (descriptors ?? USUAL_DESCRIPTORS) - RESERVED_DESCRIPTORS;
  const byMemory = (memoryBytes * MEMORY_SHARE) / BYTES_PER_CONNECTION;
  const maxConnections = Math.max(64, Math.floor(Math.min(MOST, left, byMemory) * share));
  return {
    maxConnections,
    maxConnectionsPerClient: Math.min(
      maxConnections,
      Math.max(LEAST_PER_CLIENT, Math.floor(maxConnections / 16)),
    ),
  };
}

/**
 * Asks Linux for the limits of this process; elsewhere only the memory of the machine is known. Of
 * the memory it is this process's share, when several do the same work.
 */
export async function readMachineLimits(processes = 1): Promise<MachineLimits> {
  const read = (path: string): Promise<string> => readFile(path, "utf8").catch(() => "");
  const [limits, container] = await Promise.all([
    read("/proc/self/limits"),
    read("/sys/fs/cgroup/memory.max"),
  ]);
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  const memory = /^\d+$/.test(container.trim()) ? Number(container) : Number.POSITIVE_INFINITY;
  return {
    descriptors: soft === undefined ? undefined : Number(soft),
    memoryBytes: Math.min(memory, totalmem()) / processes,
  };
}
