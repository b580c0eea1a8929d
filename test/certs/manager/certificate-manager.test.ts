import { describe, expect, it } from "vitest";
import { DAY, HOUR, KeeperStage, NAME } from "./keeper-stage.ts";

describe("CertificateManager", () => {
  it("gets a first certificate with no more than ten requests, and serves it", async () => {
    const stage = await new KeeperStage().start();
    expect(stage.ofType("failed")).toEqual([]);
    expect(stage.manager.status()).toMatchObject({ state: "ok", isReady: true });
    expect(stage.manager.current()?.chain.names).toEqual([NAME]);
    expect(stage.served).toEqual([await stage.visibleSerial()]);
    expect(stage.ca.requests.length).toBeLessThanOrEqual(10);
    expect(stage.ofType("issued")).toHaveLength(1);
    await stage.dispose();
  });

  it("asks nothing of the CA when a restart finds a good certificate", async () => {
    const stage = await new KeeperStage().start();
    await stage.pass(HOUR);
    const before = stage.ca.requests.length;
    await stage.dispose();
    await stage.restart();
    expect(stage.manager.status().state).toBe("ok");
    await stage.pass(HOUR);
    expect(stage.ca.requests.length).toBe(before);
    await stage.dispose();
  });

  it("renews", async () => {
    const stage = await new KeeperStage().start();
    const started = performance.now();
    await stage.pass(365 * DAY);
    console.log(performance.now() - started, stage.ca.issued.length, stage.events.length);
    console.log(stage.events.map((e) => e.type).join(" "));
    expect(stage.ofType("failed")).toEqual([]);
    await stage.dispose();
  });
});
