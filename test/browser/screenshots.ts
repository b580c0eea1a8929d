// Takes the pictures of the front page that the manual shows: `npm run screenshots`.
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { writeKeyFile } from "../../src/auth/key-file.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { launchChromium, startManual } from "./chromium.ts";

const FOLDER = resolve(import.meta.dirname, "../../docs/images");
const QUERY = "certificate behind a proxy";

const PICTURES = [
  { name: "front-page-light", colorScheme: "light", width: 1000, height: 1150, path: "/?lang=en" },
  {
    name: "front-page-dark",
    colorScheme: "dark",
    width: 1000,
    height: 1150,
    path: `/?lang=en&q=${encodeURIComponent(QUERY)}`,
  },
  {
    name: "front-page-phone",
    colorScheme: "light",
    width: 360,
    height: 1100,
    path: "/?lang=es#client-vscode",
  },
  {
    name: "front-page-german",
    colorScheme: "light",
    width: 1000,
    height: 1150,
    path: `/?lang=de&q=${encodeURIComponent("HTTPS Proxy")}`,
  },
  {
    name: "private-page",
    colorScheme: "light",
    width: 1000,
    height: 900,
    path: "/?lang=en#client-claude-code",
    isPrivate: true,
  },
] as const;

await using app = await startManual();
await using folder = await temporaryFolder();
const keysFile = join(folder.path, "keys.json");
await writeKeyFile(keysFile, []);
await using closed = await startManual("https://docs.example.com", { keysFile });
const browser = await launchChromium();
try {
  for (const picture of PICTURES) {
    const { name, path, width, height, colorScheme } = picture;
    const { localUrl } = "isPrivate" in picture ? closed : app;
    const page = await browser.newPage({
      viewport: { width, height },
      colorScheme,
      reducedMotion: "reduce",
    });
    await page.goto(localUrl + path);
    await page.evaluate("scrollTo(0, 0)");
    const bytes = await page.screenshot();
    await writeFile(join(FOLDER, `${name}.png`), bytes);
    process.stdout.write(`${name}.png ${Math.ceil(bytes.length / 1024)} KB\n`);
    if (process.argv.includes("--whole"))
      await page.screenshot({ path: `.work/${name}.whole.png`, fullPage: true });
    await page.close();
  }
} finally {
  await browser.close();
}
