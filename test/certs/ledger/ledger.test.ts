import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LEDGER_KEY, Ledger, reanchor } from "../../../src/certs/ledger/ledger.ts";
import {
  formatLedgerEntry,
  identifierSetKey,
  type LedgerEntry,
  parseLedgerEntry,
} from "../../../src/certs/ledger/ledger-entry.ts";
import { MemoryStorage } from "../../../src/certs/memory-storage.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const CA = "https://ca.test/dir";
const SET = "docs.example.com";
const DAY = 86_400_000;

describe("Ledger", () => {
  it("is read back as it was written, by another process too", async () => {
    const storage = new MemoryStorage();
    const clock = new FakeClock();
    const ledger = await Ledger.open(storage, clock);
    await ledger.append(SET, { kind: "attempt", ca: CA, why: "missing" });
    await clock.advance(1_000);
    await ledger.append(SET, { kind: "order-created", ca: CA, url: "https://ca.test/order/1" });
    const other = await Ledger.open(storage, clock);
    expect(other.entries).toEqual(ledger.entries);
    expect(other.entries.map(({ kind }) => kind)).toEqual(["attempt", "order-created"]);
  });

  it("passes over a torn last line, garbage, and kinds of another version", async () => {
    const storage = new MemoryStorage();
    const good = formatLedgerEntry({ at: 1, kind: "issued", ca: CA, set: SET });
    const torn = good.slice(0, 20);
    const lines = ["\0\0", '{"at":1,"kind":"invented","ca":"x","set":"y"}', "[]", good, torn];
    await storage.store(LEDGER_KEY, lines.join("\n"));
    const ledger = await Ledger.open(storage, new FakeClock());
    expect(ledger.entries.map(({ kind }) => kind)).toEqual(["issued"]);
  });

  it("keeps what it knew when the disk does not take an entry", async () => {
    const storage = new MemoryStorage();
    const ledger = await Ledger.open(storage, new FakeClock());
    await ledger.append(SET, { kind: "attempt", ca: CA });
    storage.store = () => Promise.reject(new Error("full"));
    await expect(ledger.append(SET, { kind: "issued", ca: CA })).rejects.toThrow("full");
    expect(ledger.entries.map(({ kind }) => kind)).toEqual(["attempt"]);
  });

  it("stays bounded, and drops nothing that a weekly limit counts", async () => {
    const storage = new MemoryStorage();
    const clock = new FakeClock();
    const old = Array.from({ length: 2_500 }, (_, i): LedgerEntry => {
      return { at: clock.now() - 60 * DAY + i, kind: "failed", ca: CA, set: SET };
    });
    const recent: LedgerEntry = { at: clock.now() - DAY, kind: "issued", ca: CA, set: SET };
    const text = [recent, ...old].map(formatLedgerEntry).join("\n");
    await storage.store(LEDGER_KEY, text);
    const ledger = await Ledger.open(storage, clock);
    await ledger.append(SET, { kind: "attempt", ca: CA });
    expect(ledger.entries.length).toBeLessThanOrEqual(2_001);
    expect(ledger.entries[0]).toMatchObject({ kind: "issued" });
  });

  it("moves waits that began in the future to now, with the length they have", () => {
    const now = Date.UTC(2026, 10, 22);
    const ahead = Date.UTC(2036, 0, 1);
    const entries: LedgerEntry[] = [
      { at: now - 5, kind: "attempt", ca: CA, set: SET },
      { at: ahead, kind: "failed", ca: CA, set: SET, until: ahead + 1_000 },
    ];
    expect(reanchor(entries, now)).toEqual([
      entries[0],
      { at: now, kind: "failed", ca: CA, set: SET, until: now + 1_000 },
    ]);
  });

  it("cuts a CA's novel and takes back any entry it wrote", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2_000 }), fc.integer(), (detail, at) => {
        const entry: LedgerEntry = { at, kind: "failed", ca: CA, set: SET, detail };
        const line = formatLedgerEntry(entry);
        expect(line).not.toContain("\n");
        expect(parseLedgerEntry(line)).toEqual({ ...entry, detail: detail.slice(0, 500) });
      }),
    );
  });

  it("names a set of identifiers whatever their order and case", () => {
    expect(identifierSetKey(["B.test", "a.test", "b.test"])).toBe("a.test,b.test");
    const many = Array.from({ length: 100 }, (_, i) => `docs-${i}.example.test`);
    expect(identifierSetKey(many.toReversed())).toBe(identifierSetKey(many));
    expect(identifierSetKey(many.slice(1))).not.toBe(identifierSetKey(many));
    // Each line has it, and an order for a hundred names has hundreds of them.
    expect(identifierSetKey(many).length).toBeLessThan(100);
  });
});
