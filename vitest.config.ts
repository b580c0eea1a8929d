import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "threads",
    isolate: false,
    // Much of the time is spent waiting for sockets and processes: one worker fewer than the
    // cores, which is the default, would leave a small machine idle.
    maxWorkers: 2,
    testTimeout: 20_000,
    coverage: { provider: "v8", include: ["src/**"] },
  },
});

export default config;
