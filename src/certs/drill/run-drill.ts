import { describeDuration } from "../policy/clock-check.ts";
import { addEntry, type DrillEntry, drillEntryOf } from "./drill-entry.ts";
import { INCIDENTS, type Incident } from "./drill-incidents.ts";
import { DrillWorld, type ServedSpan } from "./drill-world.ts";
import { seededRandom } from "./seeded-random.ts";

export interface DrillOptions {
  readonly names: readonly string[];
  readonly days: number;
  /** Life of the certificates. */
  readonly lifetimeMs: number;
  /** The same seed gives the same drill. */
  readonly seed: number;
}

/** What would have happened. */
export interface DrillReport extends DrillOptions {
  readonly entries: readonly DrillEntry[];
  readonly certificates: number;
  readonly orders: number;
  readonly incidents: number;
  /** From the first certificate on: expired or revoked ones do not count as valid. */
  readonly daysWithoutCertificate: number;
}

const DAY_MS = 86_400_000;
/** Any day does; it must be the same each time. */
const START = Date.UTC(2027, 0, 1);
/** How long before a renewal an incident begins. */
const LEAD_MS = 60_000;

/**
 * Plays `days` of keeping a certificate on a moved clock, against a CA inside the process, with
 * every incident that there is spread over them. Nothing is listened on, asked or written.
 */
export async function runDrill(options: DrillOptions, signal?: AbortSignal): Promise<DrillReport> {
  const { days, seed } = options;
  const entries: DrillEntry[] = [];
  const world = new DrillWorld({ ...options, startAt: START }, (event) => {
    const entry = drillEntryOf(event, world.clock.now() - START);
    if (entry) addEntry(entries, entry);
  });
  const end = START + days * DAY_MS;
  const left = (): number => end - world.clock.now();
  const tell = (kind: DrillEntry["kind"], text: string): void =>
    addEntry(entries, { kind, text, atMs: world.clock.now() - START });
  await world.start();
  await world.clock.pass(DAY_MS / 24);
  const incidents = shuffled(INCIDENTS, seed);
  let played = 0;
  for (const [i, incident] of incidents.entries()) {
    signal?.throwIfAborted();
    const notBefore = START + ((i + 1) * days * DAY_MS) / (incidents.length + 1);
    await world.clock.pass(Math.max(0, notBefore - world.clock.now()));
    const waitMs = incident.strikes === "renewal" ? untilRenewal(world) : 0;
    // One that cannot show how it ends is no use.
    if (waitMs + LONGEST_INCIDENT_MS > left()) continue;
    await world.clock.pass(waitMs);
    tell("incident", incident.sentence);
    await incident.play(world);
    tell("incident-over", outcome(world));
    played++;
  }
  await world.clock.pass(Math.max(0, left()));
  await world.stop();
  return {
    ...options,
    entries,
    certificates: new Set(world.served.map(({ serialNumber }) => serialNumber)).size,
    orders: world.orders,
    incidents: played,
    daysWithoutCertificate: uncoveredMs(world.served, world.revokedAt, end) / DAY_MS,
  };
}

const LONGEST_INCIDENT_MS = 4 * DAY_MS;

function untilRenewal({ manager, clock }: DrillWorld): number {
  const { window, next } = manager.status();
  const at = window?.renewAt ?? next?.at ?? clock.now();
  return Math.max(0, at - LEAD_MS - clock.now());
}

/** How the server stands when an incident is over. */
function outcome({ manager, clock }: DrillWorld): string {
  const { isReady, certificate, next } = manager.status();
  if (!isReady || !certificate) return "over; no valid certificate";
  const left = describeDuration(certificate.notAfter - clock.now());
  const isDue = next?.action !== "nothing";
  return `over; the certificate is good for ${left}${isDue ? ", its renewal is still due" : ""}`;
}

function shuffled(incidents: readonly Incident[], seed: number): readonly Incident[] {
  const random = seededRandom(seed + 2);
  return incidents
    .map((incident) => ({ incident, lot: random() }))
    .toSorted((a, b) => a.lot - b.lot)
    .map(({ incident }) => incident);
}

/** How long nothing valid was served between the first certificate and `end`, in ms. */
export function uncoveredMs(
  served: readonly ServedSpan[],
  revokedAt: ReadonlyMap<string, number>,
  end: number,
): number {
  let uncovered = 0;
  for (const [i, { serialNumber, from, notAfter }] of served.entries()) {
    const until = served[i + 1]?.from ?? end;
    const validUntil = Math.min(notAfter, revokedAt.get(serialNumber) ?? Number.POSITIVE_INFINITY);
    uncovered += Math.max(0, until - Math.max(from, validUntil));
  }
  return uncovered;
}
