import { open } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { listenHttp } from "../../src/net/http-listener.ts";
import { assignSockets, inheritedSockets } from "../../src/net/inherited-sockets.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("inheritedSockets", () => {
  it("are those of systemd's variables, from descriptor 3", () => {
    const env = { LISTEN_PID: "7", LISTEN_FDS: "2", LISTEN_FDNAMES: "http:https" };
    expect(inheritedSockets(env, 7)).toEqual([
      { fd: 3, name: "http" },
      { fd: 4, name: "https" },
    ]);
  });

  it.each([
    {},
    { LISTEN_PID: "8", LISTEN_FDS: "1" },
    { LISTEN_FDS: "1" },
    { LISTEN_PID: "7", LISTEN_FDS: "0" },
    { LISTEN_PID: "7", LISTEN_FDS: "-1" },
    { LISTEN_PID: "7", LISTEN_FDS: "1e9" },
  ])("are none for %j", (env) => {
    expect(inheritedSockets(env, 7)).toEqual([]);
  });

  it("may have no names, and are no more than anybody needs", () => {
    expect(inheritedSockets({ LISTEN_PID: "7", LISTEN_FDS: "1" }, 7)).toEqual([
      { fd: 3, name: "" },
    ]);
    expect(inheritedSockets({ LISTEN_PID: "7", LISTEN_FDS: "9999" }, 7).length).toBe(16);
  });
});

describe("assignSockets", () => {
  const http = { fd: 3, name: "http" };
  const https = { fd: 4, name: "https" };
  const unnamed = { fd: 5, name: "docport.socket" };

  it.each([
    [[], "http", false, {}],
    [[http], "http", false, { main: 3 }],
    [[unnamed], "http", false, { main: 5 }],
    [[https], "https", true, { main: 4 }],
    [[unnamed], "https", true, { main: 5 }],
    [[http], "https", true, { plain: 3 }],
    [[https, http], "https", true, { main: 4, plain: 3 }],
  ] as const)("of %j for %s", (sockets, scheme, hasPlain, expected) => {
    expect(assignSockets(sockets, scheme, hasPlain)).toEqual(expected);
  });

  it.each([
    [[http, https], "http", false],
    [[https], "http", false],
    [[http], "https", false],
    [[http, unnamed], "http", false],
    [[http, http], "http", false],
  ] as const)("refuses %j for %s: nobody would answer there", (sockets, scheme, hasPlain) => {
    expect(() => assignSockets(sockets, scheme, hasPlain)).toThrow(
      expect.objectContaining({ code: "ERR_LISTEN_INHERITED" }),
    );
  });
});

describe("a listener on an inherited descriptor", () => {
  it("says what to do when that is no socket", async () => {
    await using folder = await temporaryFolder({ file: "" });
    const file = await open(`${folder.path}/file`);
    const handler = (): Response => new Response();
    await expect(
      listenHttp({ host: "127.0.0.1", port: 0, inheritedFd: file.fd, handler }),
    ).rejects.toMatchObject({ code: "ERR_LISTEN_INHERITED" });
    await file.close();
  });
});
