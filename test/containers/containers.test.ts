import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { readCommandLine } from "../../src/cli/command-line.ts";
import { SETTING_ROWS } from "../../src/config/settings.ts";
import { type Config, createConfig, loadConfig } from "../../src/config.ts";
import { ROOT } from "../docs/manual.ts";
import { createTestHandler } from "../support/start-server.ts";
import { execForm, parseDockerfile } from "./dockerfile.ts";

const textOf = (path: string): string => readFileSync(join(ROOT, path), "utf8");

const SERVE = {
  name: "serve",
  operands: "SOURCE...",
  groups: ["sources", "semantic", "server", "access", "tls", "discovery", "logging"],
  options: {},
} as const;

const instructions = parseDockerfile(textOf("Dockerfile"));
const named = (name: string): string[] =>
  instructions.filter((one) => one.name === name).map(({ text }) => text);
const lastStage = instructions.slice(instructions.findLastIndex(({ name }) => name === "FROM"));
const imageEnv = Object.fromEntries(
  lastStage
    .filter(({ name }) => name === "ENV")
    .flatMap(({ text }) => text.split(/\s+/))
    .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
);

/** The configuration that `args` make in the image. */
async function configOf(args: readonly string[]): Promise<Config> {
  const [command, ...rest] = args;
  expect(command).toBe("serve");
  const { flags } = readCommandLine(SERVE, rest, "/data");
  const env = Object.fromEntries(
    Object.entries(imageEnv).filter(([name]) => name.startsWith("DOCPORT_")),
  );
  return loadConfig({ flags, env, cwd: "/data" });
}

describe("the Dockerfile", () => {
  it("names its base images by version, and the stages that it copies from", () => {
    const bases = named("FROM");
    for (const base of bases) expect(base).toMatch(/^node:\d\d-alpine( AS \w+)?$/);
    const stages = bases.map((base) => / AS (\w+)$/.exec(base)?.[1]);
    for (const copy of named("COPY")) {
      const from = /--from=(\w+)/.exec(copy)?.[1];
      expect(stages).toContain(from);
    }
  });

  it("ends as a user who is not root, in a folder that is named in full", () => {
    const users = lastStage.filter(({ name }) => name === "USER");
    expect(users.map(({ text }) => text)).toEqual(["node"]);
    expect(lastStage.at(-1)?.name).toBe("CMD");
    for (const folder of named("WORKDIR")) expect(folder).toMatch(/^\//);
  });

  it("has none of the usual mistakes", () => {
    expect(named("ADD")).toEqual([]);
    expect(named("MAINTAINER")).toEqual([]);
    for (const run of named("RUN")) expect(run).not.toMatch(/\b(sudo|curl|wget|npm install|apk)\b/);
    for (const name of ["ENTRYPOINT", "CMD", "HEALTHCHECK"]) {
      expect(named(name).length).toBe(1);
      expect(execForm(named(name)[0] ?? "").length).toBeGreaterThan(1);
    }
    const copied = textOf(".dockerignore").split("\n");
    expect(copied[0]).toBe("*");
    expect(copied).toContain("!src");
  });

  it("keeps everything that is kept in the volume, by settings that exist", async () => {
    const known = SETTING_ROWS.map(({ env }) => env);
    const settings = Object.keys(imageEnv).filter((name) => name.startsWith("DOCPORT_"));
    expect(settings.filter((name) => !known.includes(name))).toEqual([]);
    expect(execForm(named("VOLUME")[0] ?? "[]")).toEqual(["/data"]);
    const { certs, cache, dataFolder } = await configOf(execForm(named("CMD")[0] ?? "[]"));
    for (const folder of [certs, cache, dataFolder]) expect(folder).toMatch(/^\/data\//);
  });

  it("asks for its health where plain HTTP is, with a domain or without", async () => {
    const asked = new URL(/http:[^']+/.exec(named("HEALTHCHECK")[0] ?? "")?.[0] ?? "");
    const plain = await configOf(["serve", "/docs"]);
    const secure = await configOf(["serve", "/docs", "--domain", "docs.example.com"]);
    expect([plain.port, secure.acmePort]).toEqual([Number(asked.port), Number(asked.port)]);
    expect(plain.host).toBe("::");
    await using handler = createTestHandler();
    expect((await handler.fetch(new Request(asked))).status).toBe(200);
    // What a server that is down and one that is up make of it is the exit code.
    expect(named("HEALTHCHECK")[0]).toContain("process.exit(r.ok ? 0 : 1)");
  });
});

interface Compose {
  readonly services: {
    readonly docport: {
      readonly command: readonly string[];
      readonly ports: readonly string[];
      readonly expose: readonly string[];
      readonly volumes: readonly string[];
      readonly read_only: boolean;
      readonly cap_drop: readonly string[];
    };
  };
  readonly volumes: Readonly<Record<string, unknown>>;
}

describe("examples/containers/compose.yaml", () => {
  const { services, volumes } = parse(textOf("examples/containers/compose.yaml")) as Compose;
  const { docport } = services;

  it("publishes the ports that the command listens on", async () => {
    const config = await configOf(docport.command);
    expect(docport.ports).toEqual([`80:${config.acmePort}`, `443:${config.port}`]);
    expect(docport.expose).toEqual([`${config.metrics?.port}`]);
    expect(config.publicUrl).toBe(`https://${config.domain[0]}`);
  });

  it("keeps /data in a volume with a name, and can write nothing else", () => {
    const [, data = ""] = docport.volumes;
    expect(data).toMatch(/^\w+:\/data$/);
    expect(Object.keys(volumes)).toEqual([data.split(":")[0]]);
    expect(docport.read_only).toBe(true);
    expect(docport.cap_drop).toEqual(["ALL"]);
  });
});

interface Port {
  readonly name: string;
  readonly containerPort?: number;
  readonly targetPort?: string;
}
interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}
interface Container {
  readonly args: readonly string[];
  readonly ports: readonly Port[];
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
}

describe("examples/kubernetes/docport.yaml", () => {
  const documents = parseAllDocuments(textOf("examples/kubernetes/docport.yaml"));
  // oxlint-disable-next-line typescript/no-explicit-any -- manifests have a shape for each kind
  const byKind = new Map<string, any>(
    documents.map((document) => [String(document.get("kind")), document.toJS()]),
  );
  const pod = byKind.get("Deployment").spec.template;
  const container: Container = pod.spec.containers[0];
  const config = createConfig(parse(byKind.get("ConfigMap").data["docport.yaml"]), "/etc/docport");
  const portOf = (name: string): number | undefined =>
    container.ports.find((port) => port.name === name)?.containerPort;

  it("is one of each kind, without a mistake in YAML", () => {
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    expect([...byKind.keys()]).toEqual([
      "ConfigMap",
      "PersistentVolumeClaim",
      "Deployment",
      "Service",
      "PodDisruptionBudget",
    ]);
  });

  it("names the ports that the configuration has, and passes traffic on to them", () => {
    expect([portOf("http"), portOf("https"), portOf("metrics")]).toEqual([
      config.acmePort,
      config.port,
      config.metrics?.port,
    ]);
    const { ports, selector } = byKind.get("Service").spec;
    expect(
      ports.map(({ port, targetPort }: Record<string, unknown>) => [port, targetPort]),
    ).toEqual([
      [80, "http"],
      [443, "https"],
    ]);
    expect(pod.metadata.labels).toEqual(selector);
    expect(byKind.get("PodDisruptionBudget").spec.selector.matchLabels).toEqual(selector);
    expect(pod.metadata.annotations["prometheus.io/port"]).toBe(`${config.metrics?.port}`);
  });

  it("probes what is answered, over plain HTTP", async () => {
    await using handler = createTestHandler();
    for (const probe of [
      container.startupProbe,
      container.livenessProbe,
      container.readinessProbe,
    ]) {
      expect(probe.httpGet.port).toBe("http");
      const response = await handler.fetch(new Request(`http://10.0.0.1${probe.httpGet.path}`));
      expect(response.status).toBe(200);
    }
    expect(container.livenessProbe.httpGet.path).toBe("/healthz");
    expect(container.readinessProbe.httpGet.path).toBe("/readyz");
    // Else the CA would never reach the pod that needs its first certificate.
    expect(byKind.get("Service").spec.publishNotReadyAddresses).toBe(true);
  });

  it("keeps /data on the claim, and mounts what it names", () => {
    const volumes: Record<string, any>[] = pod.spec.volumes;
    expect(container.volumeMounts.map(({ name }) => name).toSorted()).toEqual(
      volumes.map(({ name }) => String(name)).toSorted(),
    );
    const data = container.volumeMounts.find(({ mountPath }) => mountPath === "/data");
    const volume = volumes.find(({ name }) => name === data?.name);
    expect(volume?.persistentVolumeClaim.claimName).toBe(
      byKind.get("PersistentVolumeClaim").metadata.name,
    );
    expect(byKind.get("Deployment").spec).toMatchObject({
      replicas: 1,
      strategy: { type: "Recreate" },
    });
  });

  it("runs without root and without rights", () => {
    expect(pod.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(pod.spec.enableServiceLinks).toBe(false);
    expect(container.args).toEqual(["serve", "--config", "/etc/docport/docport.yaml"]);
  });
});
