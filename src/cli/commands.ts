import type { Command } from "./command.ts";

/** Every command by name. A module is loaded when its command is called or its help is wanted. */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import("./serve.ts")).serveCommand,
  search: async () => (await import("./search.ts")).searchCommand,
  index: async () => (await import("./index-command.ts")).indexCommand,
  eval: async () => (await import("./eval.ts")).evalCommand,
  cert: async () => (await import("./cert.ts")).certCommand,
  doctor: async () => (await import("./doctor.ts")).doctorCommand,
  fleet: async () => (await import("./fleet.ts")).fleetCommand,
  store: async () => (await import("./store.ts")).storeCommand,
  keys: async () => (await import("./keys.ts")).keysCommand,
  registry: async () => (await import("./registry.ts")).registryCommand,
  "upgrade-check": async () => (await import("./upgrade-check.ts")).upgradeCheckCommand,
  gaps: async () => (await import("./gaps.ts")).gapsCommand,
  lint: async () => (await import("./lint.ts")).lintCommand,
};
