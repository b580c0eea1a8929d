import { createHmac } from "node:crypto";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dnsHook } from "../../../src/certs/challenges/dns-hook.ts";
import {
  encodeDnsUpdate,
  responseCodeOf,
  signDnsMessage,
} from "../../../src/certs/challenges/dns-message.ts";
import { dnsUpdate } from "../../../src/certs/challenges/dns-update.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const { signal } = new AbortController();
const RECORD = { name: "_acme-challenge.docs.test", value: "abc" };
const KEY = { name: "key.test", secret: Buffer.from("0123456789abcdef") };

describe("dnsHook", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "docport-hook-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const program = async (name: string, script: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, `#!/bin/sh\n${script}\n`);
    await chmod(path, 0o755);
    return path;
  };

  it("runs the program with three arguments and no shell between", async () => {
    const out = join(folder, "out");
    const hook = dnsHook(await program("ok", `printf '%s|' "$@" >> ${out}`));
    const odd = { name: "_acme-challenge.docs.test", value: "$(touch pwned); `id` 'x'" };
    await hook.present(odd, signal);
    await hook.cleanup(odd, signal);
    expect(await readFile(out, "utf8")).toBe(
      `present|${odd.name}|${odd.value}|cleanup|${odd.name}|${odd.value}|`,
    );
  });

  it("says what the program said, or that there is none", async () => {
    const failing = dnsHook(await program("fail", "echo zone not found >&2; exit 3"));
    await expect(failing.present(RECORD, signal)).rejects.toMatchObject({
      code: "ERR_DNS_HOOK",
      message: expect.stringContaining("zone not found"),
    });
    await expect(dnsHook(join(folder, "none")).present(RECORD, signal)).rejects.toThrow(
      "there is no such program",
    );
    const loud = dnsHook(await program("loud", "yes | head -c 200000"));
    await expect(loud.present(RECORD, signal)).rejects.toThrow("it printed too much");
  });

  it("ends the program when it is stopped", async () => {
    const stop = new AbortController();
    const running = dnsHook(await program("slow", "exec sleep 600")).present(RECORD, stop.signal);
    stop.abort(new Error("stopping"));
    await expect(running).rejects.toThrow("stopping");
  });
});

describe("an update message", () => {
  const message = encodeDnsUpdate({
    id: 0x1234,
    zone: "Docs.test.",
    action: "add",
    record: RECORD,
    ttlSeconds: 60,
  });

  it("is as RFC 2136 lays it out, byte for byte", () => {
    const expected = [
      "1234 2800 0001 0000 0001 0000", // header: update, one zone, one update
      "04646f6373 0474657374 00 0006 0001", // docs.test SOA IN
      "0f5f61636d652d6368616c6c656e6765 04646f6373 0474657374 00 0010 0001 0000003c 0004 03616263",
    ];
    expect(Buffer.from(message).toString("hex")).toBe(expected.join("").replaceAll(" ", ""));
  });

  it("deletes one value: class NONE, no TTL", () => {
    const update = {
      id: 1,
      zone: "test",
      action: "delete",
      record: RECORD,
      ttlSeconds: 60,
    } as const;
    expect(Buffer.from(encodeDnsUpdate(update)).toString("hex")).toContain("001000fe000000000004");
  });

  it("is signed over itself and the TSIG variables (RFC 8945 §4.3.3)", () => {
    const signed = Buffer.from(signDnsMessage(message, KEY, 1_700_000_000_999));
    expect(signed.readUInt16BE(10)).toBe(1);
    const name = Buffer.from("\x03key\x04test\0", "latin1");
    const algorithm = Buffer.from("\x0bhmac-sha256\0", "latin1");
    const time = Buffer.from("00006553f100012c", "hex");
    const variables = [name, Buffer.from("00ff00000000", "hex"), algorithm, time, Buffer.alloc(4)];
    const mac = createHmac("sha256", KEY.secret)
      .update(Buffer.concat([message, ...variables]))
      .digest();
    expect(signed.includes(mac)).toBe(true);
    expect(signed.subarray(message.length, message.length + name.length)).toEqual(name);
    expect(signed.subarray(-6).toString("hex")).toBe("123400000000");
  });

  it("refuses names and values that cannot be", () => {
    const make = (name: string, value = "v") =>
      encodeDnsUpdate({
        id: 1,
        zone: "test",
        action: "add",
        record: { name, value },
        ttlSeconds: 1,
      });
    expect(() => make("a..b")).toThrow(RangeError);
    expect(() => make(`${"a".repeat(64)}.test`)).toThrow(RangeError);
    expect(() => make("a.test", "x".repeat(256))).toThrow(RangeError);
  });

  it("reads the response code of its own answer only", () => {
    const answer = (hex: string): Uint8Array => Buffer.from(hex.padEnd(24, "0"), "hex");
    expect(responseCodeOf(answer("1234a805"), 0x1234)).toBe(5);
    expect(responseCodeOf(answer("1234a800"), 0x9999)).toBeUndefined();
    expect(responseCodeOf(answer("12342800"), 0x1234)).toBeUndefined();
    expect(responseCodeOf(answer("12348000"), 0x1234)).toBeUndefined();
    expect(responseCodeOf(Buffer.from("1234"), 0x1234)).toBeUndefined();
  });
});

describe("dnsUpdate", () => {
  /** A name server that answers each message by what `reply` makes of it. */
  async function nameServer(
    reply: (message: Buffer) => Buffer | "close",
  ): Promise<{ readonly port: number; readonly server: Server }> {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", (data) => {
        const answer = reply(data.subarray(2));
        if (answer === "close") {
          socket.end();
          return;
        }
        const length = Buffer.alloc(2);
        length.writeUInt16BE(answer.length);
        // In two pieces: TCP promises no more.
        socket.write(length.subarray(0, 1));
        setImmediate(() => socket.write(Buffer.concat([length.subarray(1), answer])));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    return { server, port: typeof address === "object" ? (address?.port ?? 0) : 0 };
  }
  const answerTo = (message: Buffer, code: number): Buffer =>
    Buffer.concat([message.subarray(0, 2), Buffer.from([0xa8, code]), Buffer.alloc(8)]);

  it.each([
    ["no error", 0, undefined],
    ["REFUSED", 5, "the key may not change this name"],
    ["NOTAUTH", 9, "the clocks differ"],
    ["a code of the future", 15, "response code 15"],
  ])("understands %s", async (_, code, message) => {
    const { server, port } = await nameServer((query) => answerTo(query, code));
    const options = {
      server: "127.0.0.1",
      port,
      zone: "docs.test",
      key: KEY,
      clock: new FakeClock(),
    };
    const done = dnsUpdate(options).present(RECORD, signal);
    const outcome = await done.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(outcome === undefined).toBe(message === undefined);
    expect(String(outcome)).toContain(message ?? "undefined");
    server.close();
  });

  it("fails with a code when the server closes, talks nonsense, or is not there", async () => {
    for (const reply of [(): "close" => "close", (): Buffer => Buffer.from("nonsense")]) {
      const { server, port } = await nameServer(reply);
      const options = {
        server: "127.0.0.1",
        port,
        zone: "docs.test",
        key: KEY,
        clock: new FakeClock(),
      };
      await expect(dnsUpdate(options).cleanup(RECORD, signal)).rejects.toMatchObject({
        code: "ERR_DNS_UPDATE",
      });
      server.close();
      await new Promise((resolve) => server.once("close", resolve));
      await expect(dnsUpdate(options).cleanup(RECORD, signal)).rejects.toMatchObject({
        code: "ERR_DNS_UPDATE",
      });
    }
  });
});
