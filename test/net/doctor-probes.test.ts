import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { describe, expect, it } from "vitest";
import { checkCaa } from "../../src/certs/doctor/check-caa.ts";
import type { DoctorWorld } from "../../src/certs/doctor/doctor-world.ts";
import { getPlain, probePort } from "../../src/net/doctor-probes.ts";
import { FakeClock } from "../support/fake-clock.ts";

const HOST = "127.0.0.1";
const NONCE = `docport-doctor-${"a1".repeat(12)}`;
const { signal } = new AbortController();

async function serving(listener: RequestListener) {
  const server = createServer(listener).listen(0, HOST);
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return { port, [Symbol.asyncDispose]: async () => void server.close() };
}

const ask = (port: number, path: string) =>
  getPlain({ address: HOST, port, host: "docs.example.com", path }, signal);

describe("the doctor's port", () => {
  it("answers the doctor's questions to it and nobody else's", async () => {
    await using free = await serving(() => {});
    const { port } = free;
    await free[Symbol.asyncDispose]();
    const probe = await probePort(HOST, port);
    expect(probe.kind).toBe("ours");
    const path = `/.well-known/acme-challenge/${NONCE}`;
    expect(await ask(port, path)).toEqual({ status: 200, location: undefined, body: NONCE });
    for (const other of ["/<script>", `${path}1`, "/docport-doctor-a"]) {
      expect((await ask(port, other)).status).toBe(503);
    }
    const second = await probePort(HOST, port);
    expect(second).toMatchObject({ kind: "closed", error: { code: "ERR_LISTEN_IN_USE" } });
    if (probe.kind === "ours") await probe.close();
    await expect(ask(port, path)).rejects.toThrow("ECONNREFUSED");
  });
});

describe("the doctor's request", () => {
  it("names the host, follows no redirect and reads a kilobyte", async () => {
    let host: string | undefined;
    await using server = await serving((incoming, outgoing) => {
      host = incoming.headers.host;
      outgoing.writeHead(302, { location: "https://elsewhere.example/" }).end("x".repeat(1e6));
    });
    const answer = await ask(server.port, "/");
    expect(host).toBe("docs.example.com");
    expect(answer).toMatchObject({ status: 302, location: "https://elsewhere.example/" });
    expect(answer.body).toHaveLength(1_024);
  });

  it("ends with its signal", async () => {
    await using server = await serving(() => {});
    const controller = new AbortController();
    const asked = getPlain(
      { address: HOST, port: server.port, host: "a.example", path: "/" },
      controller.signal,
    );
    controller.abort();
    await expect(asked).rejects.toThrow("abort");
  });
});

/** A name server that answers each question with a CAA record, or with this response code. */
async function nameServer(answer: { readonly code?: number; readonly caa?: string }) {
  const socket = createSocket("udp4");
  socket.on("message", (question, { port, address }) => {
    const end = question.indexOf(0, 12) + 5;
    const header = Buffer.from(question.subarray(0, 12));
    header.writeUInt16BE(0x8180 | (answer.code ?? 0), 2);
    header.writeUInt16BE(answer.caa === undefined ? 0 : 1, 6);
    header.writeUInt32BE(0, 8);
    const value = Buffer.from(answer.caa ?? "");
    const data = Buffer.concat([Buffer.from([0, 5]), Buffer.from("issue"), value]);
    // A pointer to the question's name, type CAA (257), class IN, a minute, then the data.
    const record = Buffer.from([0xc0, 12, 1, 1, 0, 1, 0, 0, 0, 60, 0, data.length]);
    const records = answer.caa === undefined ? [] : [record, data];
    socket.send(Buffer.concat([header, question.subarray(12, end), ...records]), port, address);
  });
  socket.bind(0, HOST);
  await once(socket, "listening");
  const resolver = new Resolver({ timeout: 5_000, tries: 1 });
  resolver.setServers([`${HOST}:${socket.address().port}`]);
  return { resolver, [Symbol.asyncDispose]: async () => void socket.close() };
}

describe("CAA records over the wire", () => {
  const look = (resolver: Resolver) =>
    checkCaa(
      { resolver, clock: new FakeClock() } as unknown as DoctorWorld,
      {
        name: "docs.example.com",
        identities: ["ca.example"],
        ca: "ca.test",
        accountUrl: undefined,
        challenges: ["http-01"],
      },
      signal,
    );

  it.each([
    ["ca.example; validationmethods=http-01", "good"],
    ["ca.example; validationmethods=dns-01", "problem"],
    ["other.example", "problem"],
    [";", "problem"],
  ])("%s", async (caa, severity) => {
    await using server = await nameServer({ caa });
    expect(await look(server.resolver)).toMatchObject([{ check: "caa", severity }]);
  });

  it("SERVFAIL", async () => {
    await using server = await nameServer({ code: 2 });
    expect(await look(server.resolver)).toMatchObject([
      { severity: "problem", sentence: expect.stringContaining("SERVFAIL") as string },
    ]);
  });

  it("nothing there", async () => {
    await using server = await nameServer({});
    expect(await look(server.resolver)).toMatchObject([{ severity: "good" }]);
  });
});
