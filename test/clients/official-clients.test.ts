import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import { type RunningServer, startServer } from "../support/start-server.ts";
import { httpClientContract, stdioClientContract } from "./client-contract.ts";

const DOCS = { query: "install linux package", pageId: "guide/install" };

describe("official clients over HTTP", () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.close());

  httpClientContract({ ...DOCS, url: () => server.url });
});

describe("official clients over stdio", () => {
  stdioClientContract({
    ...DOCS,
    command: process.execPath,
    args: ["--import", "tsx", join(import.meta.dirname, "stdio-server.ts")],
  });
});
