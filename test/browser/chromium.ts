import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { type App, createConfig, silentLog, startApp } from "../../src/index.ts";

/** Debian's Chromium, or what `CHROMIUM` names. */
export const CHROMIUM: string = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/**
 * Whether the tests can run. With `REQUIRE_CHROMIUM=1` they run anyway, and fail without it:
 * where it is wanted, nothing may be skipped for want of it.
 */
export const HAS_CHROMIUM: boolean =
  existsSync(CHROMIUM) || process.env["REQUIRE_CHROMIUM"] === "1";

/** A browser that asks nobody but the page, with an empty profile that goes with it. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** This project's manual, as it would be served at a public address. */
export function startManual(
  publicUrl = "https://docs.example.com",
  auth: { readonly keysFile?: string } = {},
): Promise<App> {
  const root = resolve(import.meta.dirname, "../..");
  return startApp(
    createConfig({ sources: ["docs"], title: "Docport manual", port: 0, publicUrl, auth }, root),
    { fetch, now: Date.now, log: silentLog },
  );
}
