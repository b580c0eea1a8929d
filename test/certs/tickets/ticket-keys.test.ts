import { randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  currentTicketKey,
  TICKET_KEY_LIFE_MS as LIFE_MS,
  planTicketKeys,
  readTicketKeys,
  type TicketKey,
  writeTicketKeys,
} from "../../../src/certs/tickets/ticket-keys.ts";

const makeKey = (): Buffer => randomBytes(48);
const instants = fc.integer({ min: 0, max: 4e12 });
const someKeys = fc
  .array(instants, { maxLength: 6 })
  .map((list) => list.toSorted((a, b) => a - b).map((from) => ({ from, key: makeKey() })));

describe("planTicketKeys", () => {
  it("has a key for now and one for the next period, whatever was there, and changes nothing then", () => {
    fc.assert(
      fc.property(someKeys, instants, (keys, now) => {
        const planned = planTicketKeys(keys, now, makeKey);
        expect(currentTicketKey(planned, now)).toBeDefined();
        expect(currentTicketKey(planned, now + LIFE_MS)).toBeDefined();
        expect(planTicketKeys(planned, now, makeKey)).toBe(planned);
        expect(planned.filter(({ from }) => from + LIFE_MS <= now)).toEqual([]);
      }),
    );
  });

  it("never replaces a key that is still to be used, so that all processes change at the same time", () => {
    const start = Date.UTC(2026, 10, 22, 7);
    let keys: readonly TicketKey[] = planTicketKeys([], start, makeKey);
    for (let hour = 0; hour < 100; hour++) {
      const now = start + hour * 3_600_000;
      const next = planTicketKeys(keys, now, makeKey);
      // A process that has not read the news yet uses the same key as one that has.
      expect(currentTicketKey(keys, now)?.key).toEqual(currentTicketKey(next, now)?.key);
      expect(next.length).toBeLessThanOrEqual(2);
      keys = next;
    }
  });

  it("drops what a clock that was far ahead has left", () => {
    const far = planTicketKeys([], 4e12, makeKey);
    expect(planTicketKeys(far, 1e12, makeKey).some((key) => far.includes(key))).toBe(false);
  });
});

describe("readTicketKeys", () => {
  it("reads what was written", () => {
    fc.assert(
      fc.property(someKeys, (keys) => {
        expect(readTicketKeys(writeTicketKeys(keys))).toEqual(keys);
      }),
    );
  });

  it.each([
    ["nothing", ""],
    ["a torn file", writeTicketKeys([{ from: 1, key: makeKey() }]).slice(0, 50)],
    ["another format", '{"format":2,"keys":[]}'],
    ["a short key", '{"format":1,"keys":[{"from":1,"key":"AAAA"}]}'],
    ["no list", '{"format":1,"keys":{"length":0}}'],
    ["too many", writeTicketKeys(Array.from({ length: 9 }, () => ({ from: 1, key: makeKey() })))],
  ])("takes %s for none", (_name, text) => expect(readTicketKeys(text)).toEqual([]));
});
