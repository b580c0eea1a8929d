import { defineConfig, type ViteUserConfig } from "vitest/config";

/** What takes real CAs and real time: `npm run test:pebble`, on the built command. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ["test/pebble/*.{test,e2e}.ts"],
    pool: "threads",
    isolate: false,
    // The two cores are the servers' under test.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 30_000,
  },
});

export default config;
