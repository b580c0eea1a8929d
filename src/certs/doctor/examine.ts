import { identifierOf } from "../../acme/identifier.ts";
import { checkCa, checkLimits } from "./check-ca.ts";
import { checkCaa } from "./check-caa.ts";
import { checkDns } from "./check-dns.ts";
import { checkReach, checkRedirects, judgePort } from "./check-ports.ts";
import { checkStorage } from "./check-storage.ts";
import type { DoctorCase, DoctorWorld } from "./doctor-world.ts";
import { bySeverity, type Finding } from "./finding.ts";

/**
 * Looks at everything that a certificate for these names needs, as far as it can be seen from this
 * computer, and orders nothing. Advice, never a gate: what cannot be seen is said to be so. Both
 * ports are listened on meanwhile if they are free. Rejects only with the signal's reason.
 */
export async function examine(
  world: DoctorWorld,
  subject: DoctorCase,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const [https, http] = await Promise.all([
    world.listen(subject.port),
    world.listen(subject.acmePort),
  ]);
  try {
    const ports = [
      ...judgePort(https, subject.port, "https"),
      ...judgePort(http, subject.acmePort, "http"),
    ];
    const [ca, storage, limits, accountUrl] = await Promise.all([
      checkCa(world, subject, signal),
      checkStorage(world, subject),
      checkLimits(world).catch(() => []), // A folder that cannot be read has been told of.
      world.accountUrl().catch(() => undefined),
    ]);
    const names = await Promise.all(
      subject.names.map((name) =>
        examineName(world, {
          name,
          isOurs: http.kind === "ours",
          nonce: nonceOf(world.random),
          caa: {
            name,
            identities: ca.directory?.caaIdentities,
            ca: subject.ca,
            accountUrl,
            challenges: subject.challenges,
          },
          signal,
        }),
      ),
    );
    return bySeverity(unique([...names.flat(), ...ports, ...ca.findings, ...storage, ...limits]));
  } finally {
    for (const port of [https, http]) if (port.kind === "ours") await port.close();
  }
}

async function examineName(
  world: DoctorWorld,
  question: {
    readonly name: string;
    readonly isOurs: boolean;
    readonly nonce: string;
    readonly caa: Parameters<typeof checkCaa>[1];
    readonly signal: AbortSignal;
  },
): Promise<readonly Finding[]> {
  const { name, signal, nonce, isOurs, caa } = question;
  if (identifierOf(name).type === "ip") {
    return await checkReach(world, { name, addresses: [name], isOurs, nonce }, signal);
  }
  // A wildcard is proved in DNS: where its name leads does not matter to the CA.
  if (name.startsWith("*.")) return await checkCaa(world, caa, signal);
  const { addresses, findings } = await checkDns(world, name, signal);
  const [limits, reach, redirects] = await Promise.all([
    checkCaa(world, caa, signal),
    checkReach(world, { name, addresses, isOurs, nonce }, signal),
    addresses.length === 0 ? [] : checkRedirects(world, name, nonce, signal),
  ]);
  return [...findings, ...reach, ...redirects, ...limits];
}

/** Two names often have the same address or the same records. */
function unique(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.map((finding) => [finding.sentence, finding])).values()];
}

function nonceOf(random: () => number): string {
  const digits = Array.from({ length: 24 }, () => Math.floor(random() * 36).toString(36));
  return `docport-doctor-${digits.join("")}`;
}
