import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { App } from "../../src/index.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { HAS_CHROMIUM, launchChromium, startManual } from "./chromium.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const QUERY = "certificate behind a proxy";

describe.skipIf(!HAS_CHROMIUM)("the page in Chromium", () => {
  let app: App;
  let closed: App;
  let browser: Browser;
  let folder: TemporaryFolder;

  beforeAll(async () => {
    folder = await temporaryFolder({ "keys.json": '{"version":1,"keys":[]}' });
    const keysFile = join(folder.path, "keys.json");
    [app, closed, browser] = await Promise.all([
      startManual(),
      startManual(undefined, { keysFile }),
      launchChromium(),
    ]);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await Promise.all([app?.close(), closed?.close()]);
    await folder?.[Symbol.asyncDispose]();
  });

  /** Runs `use` on a fresh page; fails when the page broke its policy, a script, or a request. */
  async function onPage(
    path: string,
    use: (page: Page) => Promise<void>,
    options: BrowserContextOptions = {},
    { localUrl }: App = app,
  ): Promise<void> {
    const context = await browser.newContext({
      locale: "en-US",
      viewport: { width: 1000, height: 900 },
      ...options,
    });
    try {
      const page = await context.newPage();
      const faults: string[] = [];
      page.on("pageerror", (error) => faults.push(error.message));
      page.on("console", (message) => {
        // That the page of private documentation is a 401 is told like an error.
        const isRefusal = localUrl === closed.localUrl && message.text().includes("401");
        if (["error", "warning"].includes(message.type()) && !isRefusal)
          faults.push(message.text());
      });
      page.on("request", (request) => {
        if (!request.url().startsWith(localUrl)) faults.push(`asked for ${request.url()}`);
      });
      await page.goto(localUrl + path);
      await use(page);
      expect(faults).toEqual([]);
    } finally {
      await context.close();
    }
  }

  const selectedTab = (page: Page): Promise<string | null> =>
    page.getByRole("tab", { selected: true }).textContent();
  const shownPanels = (page: Page): Promise<string[]> =>
    page.getByRole("tabpanel").evaluateAll((panels) => panels.map(({ id }) => id));

  describe("tabs", () => {
    it("open by click, one panel at a time", async () => {
      await onPage("/", async (page) => {
        expect(await page.getByRole("tab").allTextContents()).toEqual([
          "Claude",
          "ChatGPT",
          "Gemini",
          "Cursor",
          "VS Code",
          "Claude Code",
          "Codex",
          "Gemini CLI",
          "Others",
        ]);
        expect(await shownPanels(page)).toEqual(["client-claude"]);
        await page.getByRole("tab", { name: "Codex" }).click();
        expect(await selectedTab(page)).toBe("Codex");
        expect(await shownPanels(page)).toEqual(["client-codex"]);
        expect(await page.locator("#codex-command").textContent()).toBe(
          "codex mcp add docport-manual --url https://docs.example.com/mcp",
        );
      });
    });

    it("open by keyboard, with one stop of the Tab key for all of them", async () => {
      await onPage("/", async (page) => {
        await page.getByRole("tab", { name: "Claude", exact: true }).focus();
        const steps = [
          ["ArrowRight", "ChatGPT"],
          ["ArrowLeft", "Claude"],
          ["ArrowLeft", "Others"],
          ["ArrowRight", "Claude"],
          ["End", "Others"],
          ["Home", "Claude"],
        ] as const;
        for (const [key, name] of steps) {
          await page.keyboard.press(key);
          expect(await selectedTab(page)).toBe(name);
          expect(await page.evaluate("document.activeElement.textContent")).toBe(name);
        }
        await page.keyboard.press("Tab");
        expect(await page.evaluate("document.activeElement.textContent")).toBe("Add to Claude");
      });
    });

    it("open by address", async () => {
      await onPage("/#client-vscode", async (page) => {
        expect(await selectedTab(page)).toBe("VS Code");
        await page.getByRole("tab", { name: "Cursor" }).click();
        expect(new URL(page.url()).hash).toBe("#client-cursor");
      });
    });

    it("hold links that say what was configured", async () => {
      await onPage("/", async (page) => {
        const href = async (tab: string): Promise<string> => {
          await page.getByRole("tab", { name: tab, exact: true }).click();
          return (await page.getByRole("tabpanel").locator("a").getAttribute("href")) ?? "";
        };
        const cursor = new URL(await href("Cursor")).searchParams.get("config") ?? "";
        expect(JSON.parse(Buffer.from(cursor, "base64").toString())).toEqual({
          url: "https://docs.example.com/mcp",
        });
        expect(decodeURIComponent(await href("VS Code"))).toContain(
          '"url":"https://docs.example.com/mcp"',
        );
        expect(new URL(await href("Claude")).searchParams.get("connectorUrl")).toBe(
          "https://docs.example.com/mcp",
        );
      });
    });
  });

  it("copies, and says so", async () => {
    await onPage(
      "/",
      async (page) => {
        const button = page.locator('[data-copy="address"]');
        await button.click();
        await page.getByRole("button", { name: "Copied" }).waitFor();
        expect(await page.locator("#announcement").textContent()).toBe("Copied");
        expect(await page.evaluate("navigator.clipboard.readText()")).toBe(
          "https://docs.example.com/mcp",
        );
      },
      { permissions: ["clipboard-read", "clipboard-write"] },
    );
  });

  describe("search", () => {
    it("shows results as one types, with reasons, and keeps the address", async () => {
      await onPage("/", async (page) => {
        await page.getByRole("searchbox").pressSequentially(QUERY, { delay: 5 });
        // Results of the words before come and go meanwhile.
        await page.getByText(/^Found in title .*proxy · text /).waitFor();
        expect(await page.locator(".results mark").count()).toBeGreaterThan(3);
        expect(await page.locator("#summary").textContent()).toMatch(/^\d+ results$/);
        expect(new URL(page.url()).searchParams.get("q")).toBe(QUERY);
        await page.getByRole("searchbox").fill("");
        await page.locator("#results").waitFor({ state: "hidden" });
        expect(new URL(page.url()).searchParams.has("q")).toBe(false);
      });
    });

    it("shows what the server shows without a script, element for element", async () => {
      const path = `/?q=${encodeURIComponent(QUERY)}`;
      const results = "document.getElementById('result-list').innerHTML";
      let fromServer: unknown;
      await onPage(path, async (page) => {
        fromServer = await page.evaluate(results);
      });
      await onPage("/", async (page) => {
        await page.getByRole("searchbox").fill(QUERY);
        await page.locator(".results li").first().waitFor();
        expect(await page.evaluate(results)).toBe(fromServer);
      });
      expect(fromServer).toContain("<mark>");
    });

    it("takes hostile words for words", async () => {
      await onPage("/", async (page) => {
        await page.getByRole("searchbox").fill(`"><img src=x onerror=alert(1)> proxy`);
        await page.locator(".results li").first().waitFor();
        await page.reload();
        expect(await page.locator("main img").count()).toBe(0);
      });
    });

    it("says so when the server does not answer, and works again", async () => {
      await onPage("/", async (page) => {
        await page.route("**/search.json*", (route) => route.fulfill({ status: 204, body: "" }));
        await page.getByRole("searchbox").fill("proxy");
        await page.getByText("The search did not answer.").waitFor();
        await page.unroute("**/search.json*");
        await page.getByRole("searchbox").press("Enter");
        await page.locator(".results li").first().waitFor();
        expect(await page.getByText("The search did not answer.").count()).toBe(0);
      });
    });
  });

  it("works without JavaScript: all clients, a search, no button that does nothing", async () => {
    await onPage(
      "/?lang=de",
      async (page) => {
        expect(await page.locator(".panel:visible").count()).toBe(9);
        expect(await page.locator("[data-copy]:visible").count()).toBe(0);
        await page.getByRole("searchbox").fill("proxy");
        await page.getByRole("button", { name: "Suchen" }).click();
        await page.locator(".results mark").first().waitFor();
        expect(await page.locator("html").getAttribute("lang")).toBe("de");
        expect(await page.locator("#summary").textContent()).toContain("Treffer");
      },
      { javaScriptEnabled: false },
    );
  });

  it.each(["en", "es", "de", "fr", "it"])(
    "fits a phone of 360 pixels in %s, whatever tab is open",
    async (language) => {
      await onPage(
        `/?lang=${language}&q=proxy`,
        async (page) => {
          for (const tab of await page.getByRole("tab").all()) {
            await tab.click();
            const overflow = "document.documentElement.scrollWidth - innerWidth";
            expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
          }
        },
        { viewport: { width: 360, height: 740 } },
      );
    },
  );

  it("is dark where the system is", async () => {
    const background = "getComputedStyle(document.body).backgroundColor";
    const seen: unknown[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      await onPage("/", async (page) => void seen.push(await page.evaluate(background)), {
        colorScheme,
      });
    }
    expect(seen).toEqual(["rgb(253, 253, 252)", "rgb(21, 24, 27)"]);
  });

  it("lets the keyboard skip to the search, and shows where it is", async () => {
    await onPage("/", async (page) => {
      await page.keyboard.press("Tab");
      const skip = page.getByRole("link", { name: "Skip to search" });
      expect((await skip.boundingBox())?.x).toBeGreaterThanOrEqual(0);
      await page.keyboard.press("Enter");
      expect(await page.evaluate("document.activeElement.id")).toBe("query");
      expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).toBe(
        "solid",
      );
    });
  });

  const axeViolations = async (page: Page): Promise<unknown> => {
    await page.evaluate(AXE);
    return page.evaluate(
      "axe.run(document).then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]))",
    );
  };

  describe.each(["light", "dark"] as const)("for axe, in %s", (colorScheme) => {
    it.each([
      ["/", undefined],
      [`/?lang=fr&q=${encodeURIComponent(QUERY)}`, undefined],
      ["/#client-chatgpt", { width: 360, height: 740 }],
    ])("%s has no violation", async (path, viewport) => {
      await onPage(path, async (page) => expect(await axeViolations(page)).toEqual([]), {
        ...{ colorScheme, reducedMotion: "reduce", ...(viewport && { viewport }) },
      });
    });
  });

  it.each([
    ["light", "en", 1000],
    ["dark", "de", 360],
  ] as const)(
    "tells of private documentation how to connect, and nothing else, in %s and %s",
    async (colorScheme, language, width) => {
      await onPage(
        `/?lang=${language}#client-claude-code`,
        async (page) => {
          expect(await page.getByRole("tabpanel").textContent()).toContain("Authorization: Bearer");
          expect(await page.getByRole("searchbox").count()).toBe(0);
          expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
          expect(await axeViolations(page)).toEqual([]);
        },
        { colorScheme, reducedMotion: "reduce", viewport: { width, height: 740 } },
        closed,
      );
    },
  );
});
