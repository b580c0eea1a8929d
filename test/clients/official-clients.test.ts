import { resolve } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import { type RunningDocport, startDocport } from "../support/start-docport.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { httpClientContract, stdioClientContract } from "./client-contract.ts";

const CLI = resolve(import.meta.dirname, "../../dist/cli.js");
const DOCS = { query: "install on linux", pageId: "guide/install" };

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder({
    "guide/install.md": "# Install\n\nGet the program.\n\n## Linux\n\nInstall the package.\n",
    "guide/configure.md": "# Configure\n\nSet the port.\n",
  });
});
afterAll(async () => folder[Symbol.asyncDispose]());

describe("official clients and the built command over HTTP", () => {
  let docport: RunningDocport;
  beforeAll(async () => {
    docport = await startDocport(["serve", folder.path, "--port", "0"]);
  });
  afterAll(async () => docport[Symbol.asyncDispose]());

  httpClientContract({ ...DOCS, url: () => docport.url });
});

describe("official clients and the built command over stdio", () => {
  stdioClientContract({
    ...DOCS,
    command: process.execPath,
    args: () => [CLI, "serve", folder.path, "--stdio"],
  });
});
