import { describe, expect, it } from "vitest";
import { createHostPolicy } from "../../src/http/host-policy.ts";
import { createPublicBase } from "../../src/http/public-base.ts";
import { createTestHandler } from "../support/start-server.ts";

const hosts = createHostPolicy({ host: "127.0.0.1", publicHosts: ["docs.example.com"] });
const publicUrl = "http://localhost:8080";
const asked = (headers: Record<string, string>): Request =>
  new Request("http://127.0.0.1:9/", { headers });

describe("where links start", () => {
  it("is the configured URL, whatever a request says of itself", () => {
    const base = createPublicBase({ publicUrl, hosts });
    expect(
      base(
        asked({
          "x-forwarded-proto": "https",
          "x-forwarded-host": "docs.example.com",
          host: "docs.example.com",
        }),
      ),
    ).toBe(publicUrl);
  });

  it.each([
    ["https", "docs.example.com", "https://docs.example.com"],
    ["http", "docs.example.com:8443", "http://docs.example.com:8443"],
    ["http, https", "evil.example, docs.example.com", "https://docs.example.com"],
    ["https", "evil.example", publicUrl],
    ["https", "docs.example.com, evil.example", publicUrl],
    ["https", "docs.example.com@evil.example", publicUrl],
    ["https", "docs.example.com/path", publicUrl],
    ["javascript", "docs.example.com", publicUrl],
    ["https", "", publicUrl],
    ["https", "docs.example.com:99999", publicUrl],
  ])("with a trusted proxy that says %s and %s is %s", (proto, host, base) => {
    const headers = { "x-forwarded-proto": proto, "x-forwarded-host": host };
    expect(createPublicBase({ publicUrl, hosts, trustForwardedHost: true })(asked(headers))).toBe(
      base,
    );
  });

  it.each([
    "/",
    "/llms.txt",
    "/robots.txt",
    "/sitemap.xml",
    "/mcp/server-card",
    "/.well-known/ai-catalog.json",
    "/nope",
  ])("is not the Host of a request for %s", async (path) => {
    const handler = createTestHandler({ publicUrl, hosts });
    for (const accept of ["text/html", "*/*"]) {
      const headers = {
        accept,
        "x-forwarded-host": "docs.example.com",
        "x-forwarded-proto": "https",
      };
      const text = await (
        await handler.fetch(new Request(`http://127.0.0.1:9${path}`, { headers }))
      ).text();
      expect(text).not.toContain("127.0.0.1:9");
      expect(text).not.toContain("//docs.example.com/mcp");
    }
  });
});
