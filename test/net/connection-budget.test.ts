import { describe, expect, it } from "vitest";
import { connectionBudget, readMachineLimits } from "../../src/net/connection-budget.ts";

const GIB = 1024 ** 3;

describe("connectionBudget", () => {
  it.each([
    ["a large machine", 1_048_576, 64 * GIB, 14_336, 896],
    ["a small one", 1_048_576, GIB / 2, 1_792, 112],
    ["few descriptors", 1_024, 64 * GIB, 784, 64],
    ["next to none", 64, GIB / 64, 64, 64],
  ])("of %s", (_name, descriptors, memoryBytes, maxConnections, maxConnectionsPerClient) => {
    expect(connectionBudget({ descriptors, memoryBytes })).toEqual({
      maxConnections,
      maxConnectionsPerClient,
    });
  });

  it("takes the limit that most systems begin with when it is not known", () => {
    const known = connectionBudget({ descriptors: 1_024, memoryBytes: GIB });
    expect(connectionBudget({ descriptors: undefined, memoryBytes: GIB })).toEqual(known);
  });

  it("leaves descriptors for the other listener and for files", () => {
    const machine = { descriptors: 2_048, memoryBytes: 64 * GIB };
    const main = connectionBudget(machine).maxConnections;
    const plain = connectionBudget(machine, 1 / 8).maxConnections;
    expect(main + plain).toBeLessThanOrEqual(2_048 - 128);
  });
});

it("readMachineLimits reads limits that a process can live with", async () => {
  const { descriptors = 1_024, memoryBytes } = await readMachineLimits();
  expect(descriptors).toBeGreaterThan(100);
  expect(memoryBytes).toBeGreaterThan(GIB / 16);
});
