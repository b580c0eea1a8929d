import { DocportError, messageOf } from "../../lib/errors.ts";
import { loadText } from "../storage.ts";
import { judgeVolatility } from "../volatile-folder.ts";
import type { DoctorCase, DoctorWorld } from "./doctor-world.ts";
import { type Finding, good, problem, warning } from "./finding.ts";

const PROBE_KEY = ".docport/doctor";

/** Whether the folder of certificates can be written, and whether a restart finds it again. */
export async function checkStorage(
  { storage, mountInfo }: DoctorWorld,
  { certs }: DoctorCase,
): Promise<readonly Finding[]> {
  const mounts = (await mountInfo().catch(() => undefined)) ?? "";
  const volatile = judgeVolatility(mounts, certs);
  const forgets = volatile ? [warning("storage", volatile.sentence, volatile.fix)] : [];
  try {
    await storage.store(PROBE_KEY, "docport doctor\n");
    const isBack = (await loadText(storage, PROBE_KEY)) === "docport doctor\n";
    await storage.delete(PROBE_KEY);
    if (!isBack) {
      const fix = "Check the disk, or name another folder with --certs.";
      return [
        problem("storage", `${certs} does not give back what was written to it.`, fix),
        ...forgets,
      ];
    }
  } catch (error) {
    const hint = error instanceof DocportError ? error.hint : undefined;
    const fix = hint ?? "Name another folder with --certs.";
    return [problem("storage", `${messageOf(error)}.`, fix), ...forgets];
  }
  return forgets.length > 0 ? forgets : [good("storage", `${certs} can be written.`)];
}
