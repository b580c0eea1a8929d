// After tsc: what tsc does not do. Marks the command as executable and copies what is JavaScript already.
import { chmodSync, cpSync, existsSync } from "node:fs";

chmodSync("dist/cli.js", 0o755);
for (const folder of ["web", "corpus/convert"]) {
  if (!existsSync(`src/${folder}`)) continue;
  const filter = (path) => !path.endsWith(".ts");
  cpSync(`src/${folder}`, `dist/${folder}`, { recursive: true, filter });
}
