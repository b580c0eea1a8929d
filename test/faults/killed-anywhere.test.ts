import { describe, expect, it } from "vitest";
import { DAY, HOUR, KeeperStage, NAME } from "../certs/manager/keeper-stage.ts";
import { type KillMoment, Mortal } from "./mortal.ts";

interface Story {
  /** How many writes and requests the story took, when nobody was killed. */
  readonly operations: number;
  readonly killedAt: string | undefined;
  readonly stage: KeeperStage;
}

/** Starts a server with an empty folder, is killed at the n-th operation, and starts again. */
async function firstCertificate(killAt?: number, moment?: KillMoment): Promise<Story> {
  return await killAndRestart(new KeeperStage(), new Mortal(killAt, moment));
}

/** As above, with a certificate from before that is due, and goes on being served. */
async function renewal(killAt?: number, moment?: KillMoment): Promise<Story> {
  const stage = await new KeeperStage().start();
  await stage.pass(HOUR);
  await stage.dispose();
  stage.clock.jump(stage.clock.now() + 60 * DAY);
  stage.events.length = 0;
  return await killAndRestart(stage, new Mortal(killAt, moment));
}

async function killAndRestart(stage: KeeperStage, mortal: Mortal): Promise<Story> {
  const disk = stage.storage;
  stage.storage = mortal.storage(disk);
  stage.transport = (inner) => mortal.transport(inner);
  stage.manager = stage.newManager();
  const wasReady = (await disk.list("")).length > 0;
  await Promise.race([runUntilDone(stage), mortal.death]);
  const { killedAt, count } = mortal;
  mortal.kill();
  stage.storage = disk;
  stage.transport = (inner) => inner;
  await stage.restart();
  // The old certificate, or the new one, is served from the first moment.
  expect({ killedAt, isReady: stage.manager.status().isReady }).toEqual({
    killedAt,
    isReady: wasReady || stage.served.length > 0,
  });
  await stage.pass(2 * HOUR);
  return { operations: count, killedAt, stage };
}

/** Until the certificate is there and its files are in place, or for ever. */
async function runUntilDone(stage: KeeperStage): Promise<void> {
  await stage.manager.start();
  while (stage.ofType("issued").length + stage.ofType("renewed").length === 0) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    const next = stage.clock.nextWakeAt;
    if (next !== undefined) await stage.clock.advance(Math.min(1_000, next - stage.clock.now()));
  }
}

describe.each([
  ["a first certificate", firstCertificate, 1],
  ["a renewal", renewal, 2],
] as const)("killed anywhere in %s", (_, tell, certificates) => {
  it.each(["before", "after"] as const)(
    "%s any write or request: no lost key, no broken pair, no order too many",
    async (moment) => {
      const whole = await tell();
      expect(whole.stage.ca.issued).toHaveLength(certificates);
      expect(whole.operations).toBeGreaterThan(15);
      for (let n = 1; n <= whole.operations; n++) {
        const { stage, killedAt } = await tell(n, moment);
        const { store } = stage.ca.server;
        const { chain } = stage.manager.current() ?? {};
        expect({
          killedAt,
          state: stage.manager.status().state,
          names: chain?.names,
          isVisible: (await stage.visibleSerial()) === chain?.serialNumber,
          issued: stage.ca.issued.length,
          orders: store.orders.size,
          accounts: store.accounts.size,
          failed: stage.ofType("failed"),
          keysLeft: (await stage.storage.list("")).filter((key) => key.endsWith("order-key.pem")),
        }).toEqual({
          killedAt: expect.any(String),
          state: "ok",
          names: [NAME],
          isVisible: true,
          issued: certificates,
          orders: certificates,
          accounts: 1,
          failed: [],
          keysLeft: [],
        });
        await stage.dispose();
      }
    },
    60_000,
  );
});
