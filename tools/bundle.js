// After tsc, which has written the declarations: the JavaScript of `dist`. Modules that are needed
// together are in one file, because opening and compiling hundreds of them is most of a start.
import { chmodSync, cpSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { build } from "esbuild";

const { exports } = JSON.parse(readFileSync("package.json", "utf8"));

/** What is imported, run, or begun with by a thread or a process of its own. */
const entryPoints = [
  ...Object.values(exports).flatMap(
    ({ default: path }) => path?.replace(/^\.\/dist\/(.*)\.js$/, "src/$1.ts") ?? [],
  ),
  "src/cli.ts",
  "src/cli/worker.ts",
  "src/living/merge-worker.ts",
  "src/corpus/convert/convert-worker.js",
];

// Their names change with what is in them.
rmSync("dist/chunks", { recursive: true, force: true });
await build({
  entryPoints,
  outbase: "src",
  outdir: "dist",
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  // What is loaded only when it is needed stays in files of its own.
  splitting: true,
  packages: "external",
  platform: "node",
  format: "esm",
  target: "node20.19",
  logLevel: "warning",
});
chmodSync("dist/cli.js", 0o755);
for (const name of readdirSync("src/web").filter((name) => /\.(?:css|svg|js)$/.test(name))) {
  cpSync(`src/web/${name}`, `dist/web/${name}`);
}
