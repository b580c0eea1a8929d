import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { agreeTerms } from "../../src/cli/agree-terms.ts";
import { type Config, loadConfig } from "../../src/config.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { createAcmeCa } from "../support/acme-ca/create-acme-ca.ts";
import { listenAcmeCa } from "../support/acme-ca/listen-acme-ca.ts";
import { recordedContext } from "../support/command-context.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const NAME = "docs.example.com";

interface Given {
  readonly files?: Readonly<Record<string, string>>;
  /** What the person answers; absent: nobody is there. */
  readonly answer?: string;
  /** Of docport.yaml. */
  readonly yaml?: string;
}

interface Outcome {
  readonly config: Config;
  readonly questions: readonly string[];
}

async function agree({ files = {}, answer, yaml = `domain: ${NAME}\n` }: Given): Promise<Outcome> {
  await using folder = await temporaryFolder(files);
  await using ca = await listenAcmeCa(createAcmeCa({ clock: systemClock }));
  await writeFile(join(folder.path, "roots.pem"), ca.apiRoots);
  const settings = `certs: certs\nacmeDirectory: ${ca.directoryUrl}\nacmeRoot: roots.pem\n`;
  await writeFile(join(folder.path, "docport.yaml"), yaml + settings);
  const questions: string[] = [];
  const ask = (question: string): Promise<string> => {
    questions.push(question);
    return Promise.resolve(answer ?? "");
  };
  const context = recordedContext({ cwd: folder.path, ...(answer !== undefined && { ask }) });
  const config = await loadConfig({
    flags: { values: [], problems: [] },
    env: {},
    cwd: folder.path,
  });
  return { config: await agreeTerms(config, context), questions };
}

it.each(["y", "YES", " yes "])(
  "takes %j for a yes, to the terms that the CA names",
  async (answer) => {
    const { config, questions } = await agree({ answer });
    expect(config.agreeTos).toBe(true);
    expect(questions).toEqual([expect.stringContaining("https://ca.test/terms")]);
  },
);

it.each(["", "n", "yep"])("takes %j for a no, and says how to agree", async (answer) => {
  await expect(agree({ answer })).rejects.toMatchObject({
    code: "ERR_CERT_TERMS",
    hint: expect.stringContaining("--agree-tos") as string,
  });
});

it("agrees in nobody's name", async () => {
  await expect(agree({})).rejects.toMatchObject({ code: "ERR_CERT_TERMS" });
});

it.each<[string, Given]>([
  ["it was agreed in the settings", { yaml: `domain: ${NAME}\nagreeTos: true\n` }],
  ["there is a certificate already", { files: { [`certs/${NAME}.cert.pem`]: "x" } }],
  ["there is an account already", { files: { "certs/.docport/accounts/ca/key.pem": "x" } }],
  ["there is no domain", { yaml: "" }],
  ["the CA is this computer's own", { yaml: "tls: local\n" }],
])("asks nobody when %s", async (_, given) => {
  const { questions } = await agree({ ...given, answer: "n" });
  expect(questions).toEqual([]);
});
