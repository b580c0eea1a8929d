import type { ServerEvent } from "@modelcontextprotocol/server";
import { describe, expect, it } from "vitest";
import { EventBus } from "../../src/mcp/event-bus.ts";

const EVENT: ServerEvent = { kind: "tools_list_changed" };

describe("EventBus", () => {
  it("tells every listener until it ends, also one that listens twice", () => {
    const bus = new EventBus();
    const told: string[] = [];
    const listen = (): void => void told.push("one");
    const end = bus.subscribe(listen);
    bus.subscribe(listen);
    bus.publish(EVENT);
    end();
    end();
    bus.publish(EVENT);
    expect(told).toEqual(["one", "one", "one"]);
  });

  it("tells the others when one throws, or ends itself meanwhile", () => {
    const bus = new EventBus();
    const told: ServerEvent[] = [];
    bus.subscribe(() => {
      throw new Error("gone");
    });
    const end = bus.subscribe(() => end());
    bus.subscribe((event) => void told.push(event));
    bus.publish(EVENT);
    bus.publish(EVENT);
    expect(told).toEqual([EVENT, EVENT]);
  });
});
