import { buildCatalog } from "../../src/catalog/build-catalog.ts";
import type { KeptPage } from "../../src/catalog/kept-pages.ts";
import { openCatalog } from "../../src/catalog/open-catalog.ts";
import { ParsedDocuments } from "../../src/corpus/parsed-documents.ts";
import { LivingCatalog, type LivingCatalogOptions } from "../../src/living/living-catalog.ts";
import type { LivingEvent } from "../../src/living/living-status.ts";
import { SourcesOrigin, type SourcesOriginOptions } from "../../src/living/sources-origin.ts";
import { FakeClock } from "../support/fake-clock.ts";
import type { TestSource } from "./pages.ts";

const SETTINGS = { title: "Manual" };

export interface LivingStage extends AsyncDisposable {
  readonly living: LivingCatalog;
  readonly clock: FakeClock;
  readonly events: LivingEvent[];
  /** Lets time pass until the living catalog waits for something to happen. */
  settle(): Promise<void>;
}

export interface LivingStageOptions
  extends Partial<Pick<LivingCatalogOptions, "prepare">>,
    Partial<Pick<SourcesOriginOptions, "createEmbedder">> {
  readonly everyMs?: number;
}

/** A living catalog over test sources, on a clock that the test moves. */
export async function livingStage(
  sources: readonly TestSource[],
  { everyMs, createEmbedder, prepare }: LivingStageOptions = {},
): Promise<LivingStage> {
  const clock = new FakeClock();
  const kept: KeptPage[][] = sources.map(() => []);
  const bytes = await buildCatalog(sources, SETTINGS, {
    now: clock.now(),
    onPage: (page, source) => kept[source]?.push(page),
  });
  const origin = new SourcesOrigin(
    { catalog: openCatalog(bytes), sources: kept },
    sources.map((source) => ({
      name: source.name,
      source,
      ...(everyMs !== undefined && { everyMs }),
    })),
    { settings: SETTINGS, now: () => clock.now(), parsed: new ParsedDocuments(), createEmbedder },
  );
  const events: LivingEvent[] = [];
  const living = await LivingCatalog.open(origin, {
    clock,
    random: () => 0.5,
    onEvent: (event) => events.push(event),
    ...(prepare && { prepare }),
  });
  living.start();
  return {
    living,
    clock,
    events,
    settle: () => clock.pass(1_000),
    [Symbol.asyncDispose]: () => living.close(),
  };
}
