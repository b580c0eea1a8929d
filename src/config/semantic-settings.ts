import { type Setting, setting } from "./setting.ts";
import { siteUrl, text, wholeNumber } from "./setting-types.ts";

/** Where vectors come from; without a URL there is no search by meaning. */
export interface SemanticSettings {
  /** Base URL of an OpenAI-compatible API; ends in a slash. */
  readonly embeddingsUrl: string | undefined;
  readonly embeddingsModel: string | undefined;
  /** Bearer token for it. */
  readonly embeddingsKey: string | undefined;
  /** Longest that a query waits for its vector. */
  readonly embeddingsTimeoutInMs: number;
}

export const semanticSettings: {
  readonly [K in keyof SemanticSettings]: Setting<SemanticSettings[K]>;
} = {
  embeddingsUrl: setting("embeddingsUrl", {
    group: "semantic",
    type: siteUrl,
    fallback: undefined,
    doc: "Base URL of an OpenAI-compatible embeddings API, such as http://localhost:11434/v1.",
  }),
  embeddingsModel: setting("embeddingsModel", {
    group: "semantic",
    type: text("NAME"),
    fallback: undefined,
    doc: "Name of the embeddings model there.",
  }),
  embeddingsKey: setting("embeddingsKey", {
    group: "semantic",
    type: text("KEY", 1_000),
    fallback: undefined,
    isSecret: true,
    doc: "Key for that API, where it wants one; better in the variable than on the command line.",
  }),
  embeddingsTimeoutInMs: setting("embeddingsTimeoutInMs", {
    group: "semantic",
    type: wholeNumber("MS", 10, 60_000),
    fallback: 300,
    doc: "Longest that a query waits for the API, before it is answered by words only.",
  }),
};

/** What is wrong with the settings side by side. */
export function checkSemantic(
  settings: SemanticSettings,
): readonly { readonly key: keyof SemanticSettings; readonly expected: string }[] {
  const { embeddingsUrl, embeddingsModel, embeddingsKey } = settings;
  const hasUrl = embeddingsUrl !== undefined;
  const rules: readonly [isRight: boolean, key: keyof SemanticSettings, expected: string][] = [
    [!hasUrl || embeddingsModel !== undefined, "embeddingsModel", "the name of a model"],
    [
      hasUrl || embeddingsModel === undefined,
      "embeddingsUrl",
      "the URL of the API that has embeddingsModel",
    ],
    [hasUrl || embeddingsKey === undefined, "embeddingsUrl", "the URL that embeddingsKey is for"],
  ];
  return rules.flatMap(([isRight, key, expected]) => (isRight ? [] : [{ key, expected }]));
}
