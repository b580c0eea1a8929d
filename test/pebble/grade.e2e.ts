import { once } from "node:events";
import { connect, type SecureVersion } from "node:tls";
import { describe, expect, it } from "vitest";
import { pebbleStage } from "./serve-with-pebble.ts";
import { pebbleGeneration, startPebble } from "./start-pebble.ts";
import { hasTestssl, runTestssl } from "./testssl.ts";

const NAME = "docs.example.test";

/** What is not ours to mend, and why. */
const EXPLAINED: readonly string[] = [
  // Pebble publishes no revocation list.
  "cert_revocation",
  // Post-quantum key exchange: OpenSSL 3.5, which comes with newer versions of Node.
  "FS_KEMs",
  // It hangs up before the tickets of TLS 1.3 have come, more often than not; we look ourselves.
  "sessionresumption_ticket",
];

const HARMLESS: readonly string[] = ["OK", "INFO"];

describe.skipIf(pebbleGeneration() === "none" || !hasTestssl())(
  "HTTPS, as testssl.sh sees it",
  () => {
    it("is worth an A+", async () => {
      await using pebble = await startPebble();
      await using stage = await pebbleStage(pebble);
      await using docport = await stage.serve({ domain: [NAME] });
      await docport.ready();
      const port = pebble.tlsPort;
      const findings = await runTestssl({ name: NAME, port, root: stage.issuingRoot });
      const found = new Map(findings.map(({ id, finding }) => [id, finding]));
      const says = (id: string): string => found.get(id) ?? "nothing";
      expect(findings.filter(({ id }) => id.startsWith("grade_cap_reason"))).toEqual([]);
      expect(says("overall_grade")).toBe("A+");
      expect(["SSLv2", "SSLv3", "TLS1", "TLS1_1"].map(says)).toEqual(
        Array.from({ length: 4 }, () => expect.stringMatching(/^not offered/) as string),
      );
      expect(["TLS1_2", "TLS1_3"].map(says)).toEqual(["offered", "offered with final"]);
      expect(says("FS")).toBe("offered");
      expect(says("HSTS_time")).toContain("31536000 seconds");
      expect(says("cert_chain_of_trust")).toBe("passed.");
      const complaints = findings.filter(
        ({ id, severity }) => !HARMLESS.includes(severity) && !EXPLAINED.includes(id),
      );
      expect(complaints).toEqual([]);
    }, 300_000);
  },
);

describe.skipIf(pebbleGeneration() === "none")("a session", () => {
  it.each(["TLSv1.2", "TLSv1.3"] as const)("of %s is taken up again", async (version) => {
    await using pebble = await startPebble();
    await using stage = await pebbleStage(pebble);
    await using docport = await stage.serve({ domain: [NAME] });
    await docport.ready();
    const visit = { port: pebble.tlsPort, root: stage.issuingRoot, version };
    const { session } = await visitWith(visit);
    expect((await visitWith({ ...visit, session })).isReused).toBe(true);
  });
});

interface Visit {
  readonly port: number;
  readonly root: string;
  readonly version: SecureVersion;
  readonly session?: Buffer;
}

/** Shakes hands and stays until the ticket has come. */
async function visitWith({ port, root, version, session }: Visit): Promise<{
  readonly session: Buffer;
  readonly isReused: boolean;
}> {
  const socket = connect({
    ...{ host: "127.0.0.1", port, servername: NAME, ca: root },
    ...{ minVersion: version, maxVersion: version },
    ...(session && { session }),
  });
  const ticket = once(socket, "session") as Promise<[Buffer]>;
  await once(socket, "secureConnect");
  const isReused = socket.isSessionReused();
  // A resumed session of TLS 1.2 brings no new ticket.
  const [next] = isReused ? [Buffer.alloc(0)] : await ticket;
  ticket.catch(() => undefined);
  socket.destroy();
  return { session: next, isReused };
}
