import { DocportError, messageOf } from "../../lib/errors.ts";
import { loadText } from "../storage.ts";
import type { DoctorCase, DoctorWorld } from "./doctor-world.ts";
import { type Finding, good, problem, warning } from "./finding.ts";

const PROBE_KEY = ".docport/doctor";

/** Whether the folder of certificates can be written, and whether a restart finds it again. */
export async function checkStorage(
  { storage, mountInfo }: DoctorWorld,
  { certs }: DoctorCase,
): Promise<readonly Finding[]> {
  const type = fileSystemOf((await mountInfo().catch(() => undefined)) ?? "", certs);
  const lasting = type === undefined ? undefined : VOLATILE.get(type);
  const forgets =
    lasting === undefined
      ? []
      : [
          warning(
            "storage",
            `${certs} is ${lasting}: the certificate and the account are gone after a restart.`,
            "Mount a volume there, or name another folder with --certs.",
          ),
        ];
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

const VOLATILE: ReadonlyMap<string, string> = new Map([
  ["tmpfs", "in memory (tmpfs)"],
  ["ramfs", "in memory (ramfs)"],
  ["overlay", "inside the container (overlay)"],
  ["aufs", "inside the container (aufs)"],
]);

const OCTAL = /\\([0-7]{3})/g;

/**
 * Type of the file system that an absolute path is on, by /proc/self/mountinfo (proc(5)): the mount
 * point that is the longest beginning of the path. Undefined when the text does not tell.
 */
export function fileSystemOf(mountInfo: string, path: string): string | undefined {
  let best: { readonly point: string; readonly type: string } | undefined;
  for (const line of mountInfo.split("\n")) {
    const [left = "", right = ""] = line.split(" - ");
    const point = left
      .split(" ")[4]
      ?.replaceAll(OCTAL, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
    const type = right.split(" ")[0];
    if (point === undefined || !type) continue;
    const isAbove = path === point || path.startsWith(point === "/" ? "/" : `${point}/`);
    // A later mount on the same point hides the earlier one.
    if (isAbove && point.length >= (best?.point.length ?? 0)) best = { point, type };
  }
  return best?.type;
}
