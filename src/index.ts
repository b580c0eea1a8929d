/** Docport as a library: the server that `docport serve` runs, for callers who start it in code. */
export { type App, type AppOptions, startApp } from "./app.ts";
export type { Catalog, CatalogFacts, CatalogHit, CatalogPage } from "./catalog/catalog.ts";
export type { ConfigProblem } from "./config/config-problem.ts";
export { ConfigError } from "./config/config-problem.ts";
export type { SourceConfig } from "./config/source-list.ts";
export { type Config, createConfig } from "./config.ts";
export type { SourceKind } from "./corpus/sources/detect-kind.ts";
export { DocportError, type ErrorCode } from "./lib/errors.ts";
export { createLog, type Log, type LogLevel, silentLog } from "./lib/log.ts";
export { type LoadCatalogOptions, loadCatalog } from "./load-catalog.ts";
