import { describe, expect, it } from "vitest";
import { listenError } from "../../src/net/listen-error.ts";

const failure = (code: string): Error => Object.assign(new Error(`listen ${code}`), { code });

describe("listenError", () => {
  it.each([
    ["EADDRINUSE", 8080, "ERR_LISTEN_IN_USE", "ss -ltnp"],
    ["EACCES", 443, "ERR_LISTEN_DENIED", "setcap"],
    ["EACCES", 443, "ERR_LISTEN_DENIED", "systemd"],
    ["EACCES", 8080, "ERR_LISTEN_DENIED", "another port"],
    ["EADDRNOTAVAIL", 80, "ERR_LISTEN_ADDRESS", "ip addr"],
    ["ENOTFOUND", 80, "ERR_LISTEN_ADDRESS", "--host"],
  ])("explains %s on port %i as %s, with %s", (system, port, code, hint) => {
    const cause = failure(system);
    expect(listenError(cause, "::1", port)).toMatchObject({
      code,
      cause,
      hint: expect.stringContaining(hint),
    });
  });

  it("leaves alone what it does not know", () => {
    const cause = failure("EMFILE");
    expect(listenError(cause, "127.0.0.1", 1)).toBe(cause);
  });
});
