// Holds listening sockets as systemd does, and runs the command on them: descriptors from 3 were
// given to this process, which never accepts on them. Lines on stdin: `restart`, `stop`.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const [names = "", ...command] = process.argv.slice(2);
const count = names.split(":").length;
const fds = Array.from({ length: count }, (_, index) => index + 3);

function start() {
  // The process id is known only in the process itself.
  const child = spawn("sh", ["-c", 'LISTEN_PID=$$ exec "$@"', "sh", ...command], {
    stdio: ["ignore", "inherit", "inherit", ...fds],
    env: { ...process.env, LISTEN_FDS: `${count}`, LISTEN_FDNAMES: names },
  });
  child.on("exit", (code) => process.stdout.write(`activator: exit ${code}\n`));
  return child;
}

async function stop(child) {
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await exited;
}

let child = start();
for await (const line of createInterface({ input: process.stdin })) {
  await stop(child);
  if (line === "stop") break;
  child = start();
}
