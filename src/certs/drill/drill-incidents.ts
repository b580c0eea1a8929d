import { type DrillWorld, usualWindow } from "./drill-world.ts";

export type IncidentName =
  | "ca-down"
  | "rate-limited"
  | "bad-nonces"
  | "name-astray"
  | "disk-full"
  | "crash-loop"
  | "revocation"
  | "suspend";

/** Something that goes wrong in a drill. */
export interface Incident {
  readonly name: IncidentName;
  /** What happens, as a line of the timeline. */
  readonly sentence: string;
  /** `renewal`: it waits for the next renewal, where it hurts; `any-time`: it does not. */
  readonly strikes: "renewal" | "any-time";
  /** Resolves when it is over; time passes meanwhile. */
  readonly play: (world: DrillWorld) => Promise<void>;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const KILLS = 50;

export const INCIDENTS: readonly Incident[] = [
  {
    name: "ca-down",
    sentence: "the CA cannot be reached for 3 days",
    strikes: "renewal",
    async play({ troubles, clock }) {
      troubles.caIsDown = true;
      await clock.pass(3 * DAY_MS);
      troubles.caIsDown = false;
    },
  },
  {
    name: "rate-limited",
    sentence: "the CA takes no new orders for 6 hours (429 with Retry-After)",
    strikes: "renewal",
    async play({ troubles, clock }) {
      troubles.ordersLimitedSeconds = 6 * 3_600;
      await clock.pass(6 * HOUR_MS);
      troubles.ordersLimitedSeconds = 0;
    },
  },
  {
    name: "bad-nonces",
    sentence: "the CA refuses 9 of 10 nonces for a day",
    strikes: "renewal",
    async play({ ca, clock }) {
      ca.behaviour.badNonceRate = 0.9;
      await clock.pass(DAY_MS);
      ca.behaviour.badNonceRate = 0;
    },
  },
  {
    name: "name-astray",
    sentence: "the name leads to another server for a day",
    strikes: "renewal",
    async play({ troubles, clock }) {
      troubles.nameIsAstray = true;
      await clock.pass(DAY_MS);
      troubles.nameIsAstray = false;
    },
  },
  {
    name: "disk-full",
    sentence: "the disk is full for 12 hours",
    strikes: "renewal",
    async play({ storage, clock }) {
      storage.isFull = true;
      await clock.pass(12 * HOUR_MS);
      storage.isFull = false;
    },
  },
  {
    name: "crash-loop",
    sentence: `the process is killed in the middle of its order, and ${KILLS} times in an hour`,
    strikes: "renewal",
    async play(world) {
      world.troubles.killedAt = "finalize";
      // It has to come to the order first.
      await world.clock.pass(2 * HOUR_MS);
      for (let i = 0; i < KILLS; i++) {
        await world.restart();
        await world.clock.pass(HOUR_MS / KILLS);
      }
      world.troubles.killedAt = undefined;
      await world.restart();
    },
  },
  {
    name: "revocation",
    sentence: "the CA has to revoke the certificate in 24 hours, and moves its renewal window",
    strikes: "any-time",
    async play({ ca, clock, served, revokedAt }) {
      const serial = served.at(-1)?.serialNumber;
      const now = clock.now();
      ca.behaviour.renewalWindow = (certificate) =>
        certificate.notBefore < now - 2 * HOUR_MS
          ? { start: now - HOUR_MS, end: now - HOUR_MS / 2 }
          : usualWindow(certificate);
      await clock.pass(DAY_MS);
      if (serial !== undefined) revokedAt.set(serial, clock.now());
      ca.behaviour.renewalWindow = usualWindow;
    },
  },
  {
    name: "suspend",
    sentence: "the computer sleeps for 2 days, and the clock jumps",
    strikes: "any-time",
    async play({ clock }) {
      clock.jump(clock.now() + 2 * DAY_MS);
      await clock.pass(HOUR_MS);
    },
  },
];
