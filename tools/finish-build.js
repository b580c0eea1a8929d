// After tsc: what tsc does not do. Marks the command as executable and copies the static web files.
import { chmodSync, cpSync, existsSync } from "node:fs";

chmodSync("dist/cli.js", 0o755);
if (existsSync("src/web")) {
  cpSync("src/web", "dist/web", { recursive: true, filter: (path) => !path.endsWith(".ts") });
}
