import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgresIsThere } from "../store/postgres.ts";
import { haproxyIsThere, startHaproxy } from "../support/haproxy.ts";
import { tcpProxy } from "../support/tcp-proxy.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { fleetStage, NAME, ready } from "./fleet-stage.ts";
import { hasWrk, Load } from "./load.ts";
import { type Pebble, pebbleGeneration, startPebble } from "./start-pebble.ts";

const REPLICAS = 5;
const RESTARTS = 10;
const canRun = pebbleGeneration() !== "none" && postgresIsThere() && haproxyIsThere() && hasWrk();

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  await using proxy = await tcpProxy();
  return proxy.port;
}

describe.skipIf(!canRun)("replicas behind HAProxy in TCP mode", () => {
  let pebble: Pebble;
  beforeAll(async () => {
    pebble = await startPebble();
  });
  afterAll(() => pebble[Symbol.asyncDispose]());

  it("are restarted one by one, ten times, without a failed request", async () => {
    await using stage = await fleetStage(pebble);
    const flags = ["--drain", "1s", "--proxy-protocol"];
    const replicas = await Promise.all(
      Array.from({ length: REPLICAS }, () => stage.start(undefined, flags)),
    );
    stage.lead(replicas);
    await Promise.all(replicas.map(ready));
    const port = await freePort();
    const servers = replicas.map((replica) => replica.port);
    // Whose connections they are is said of each, and these clients' are this computer's.
    const sources = [{ port: await freePort(), address: "203.0.113.9" }];
    await using haproxy = await startHaproxy({ port, servers, sources });
    for (const server of servers.keys()) await haproxy.until(server, true);
    const url = `https://127.0.0.1:${haproxy.port}/llms.txt`;
    // The cores are for the replicas that start, too.
    await using script = await temporaryFolder({ "pace.lua": "function delay() return 5 end\n" });
    const given = ["-H", `Host: ${NAME}`, "-s", join(script.path, "pace.lua")];
    const loads = [
      // Connections that are kept, and connections for one request each.
      new Load(url, ["-c8", ...given]),
      new Load(url, ["-c4", ...given, "-H", "Connection: close"]),
    ];
    for (let restart = 0; restart < RESTARTS; restart++) {
      const server = restart % REPLICAS;
      const old = replicas[server];
      if (!old) throw new Error("there is no such replica");
      expect(await old.stop()).toBe(0);
      const next = await stage.start(old.certs, flags);
      replicas[server] = next;
      await haproxy.move(server, next.port);
      await haproxy.until(server, true);
    }
    const reports = await Promise.all(loads.map((load) => load.stop()));
    expect(reports.map(({ failures }) => failures)).toEqual(["", ""]);
    for (const { requests } of reports) expect(requests).toBeGreaterThan(1_000);
  }, 180_000);
});
