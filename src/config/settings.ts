import { type AccessSettings, accessSettings } from "./access-settings.ts";
import { type DiscoverySettings, discoverySettings } from "./discovery-settings.ts";
import { type FleetSettings, fleetSettings } from "./fleet-settings.ts";
import { type SemanticSettings, semanticSettings } from "./semantic-settings.ts";
import {
  type LoggingSettings,
  loggingSettings,
  type ServerSettings,
  serverSettings,
} from "./server-settings.ts";
import type { Setting } from "./setting.ts";
import { type SourceSettings, sourceSettings } from "./source-settings.ts";
import { type TlsSettings, tlsSettings } from "./tls-settings.ts";

/** Every setting as it was given, before the defaults that depend on other settings. */
export interface Settings
  extends SourceSettings,
    SemanticSettings,
    ServerSettings,
    AccessSettings,
    TlsSettings,
    FleetSettings,
    DiscoverySettings,
    LoggingSettings {}

/**
 * The one table of settings: flags, variables, docport.yaml, `--help` and docs/configuration.md all
 * follow it. A new setting is a field in one of the interfaces and a row beside it.
 */
export const SETTINGS: { readonly [K in keyof Settings]: Setting<Settings[K]> } = {
  ...sourceSettings,
  ...semanticSettings,
  ...serverSettings,
  ...accessSettings,
  ...tlsSettings,
  ...fleetSettings,
  ...discoverySettings,
  ...loggingSettings,
};

/** The rows, for whoever needs names and sentences only. */
export const SETTING_ROWS: readonly Setting<unknown>[] = Object.values(SETTINGS);

/**
 * The two names of the configuration file's own path. It is no row of the table because it is known
 * before the table can be read.
 */
export const CONFIG_FILE_FLAG = "--config";
export const CONFIG_FILE_ENV = "DOCPORT_CONFIG";
/** Looked for in the working directory when no path is given. */
export const CONFIG_FILE_NAME = "docport.yaml";
