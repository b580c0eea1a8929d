import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Processes that this one has started and that still run. Linux only. */
export function childrenOf(pid: number): number[] {
  const out = execFileSync("ps", ["-o", "pid=", "--ppid", `${pid}`], { encoding: "utf8" });
  return out.trim().split(/\s+/).map(Number);
}

/** Ports of the clients whose connections a process holds. Linux only. */
export function peerPortsOf(pid: number): Set<number> {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        return []; // Closed meanwhile.
      }
    }),
  );
  const ports = new Set<number>();
  for (const table of ["tcp", "tcp6"]) {
    for (const line of readFileSync(`/proc/net/${table}`, "utf8").split("\n").slice(1)) {
      const [, , remote = "", , , , , , , inode = ""] = line.trim().split(/\s+/);
      if (inodes.has(inode)) ports.add(Number.parseInt(remote.split(":")[1] ?? "", 16));
    }
  }
  return ports;
}
