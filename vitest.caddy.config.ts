import { defineConfig, type ViteUserConfig } from "vitest/config";

/** What needs ports 80 and 443 for itself: `npm run test:caddy`, in a network of its own. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ["test/caddy/*.e2e.ts"],
    pool: "threads",
    isolate: false,
    maxWorkers: 1,
    testTimeout: 60_000,
    hookTimeout: 30_000,
  },
});

export default config;
