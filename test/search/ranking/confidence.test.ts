import { describe, expect, it } from "vitest";
import {
  CONFIDENCE_THRESHOLD,
  type ConfidenceFeatures,
  confidenceOf,
} from "../../../src/search/ranking/confidence.ts";

/** A long question of which the best section holds some words, scattered. */
const FOREIGN: ConfidenceFeatures = {
  coverage: 0.2,
  matchedWords: 0.4,
  known: 0.6,
  titleCoverage: 0,
  nearness: 0.01,
  relativeScore: 0.12,
  words: 8,
};

describe("confidenceOf", () => {
  it("tells a scattered find from one that holds together", () => {
    expect(confidenceOf(FOREIGN)).toBeLessThan(CONFIDENCE_THRESHOLD);
    const real = { ...FOREIGN, coverage: 0.6, matchedWords: 0.7, known: 0.95, nearness: 0.1 };
    expect(confidenceOf({ ...real, relativeScore: 0.4 })).toBeGreaterThan(CONFIDENCE_THRESHOLD);
  });

  it.each([
    "coverage",
    "matchedWords",
    "known",
    "titleCoverage",
    "nearness",
    "relativeScore",
  ] as const)("grows with %s", (feature) => {
    const more = { ...FOREIGN, [feature]: FOREIGN[feature] + 0.1 };
    expect(confidenceOf(more)).toBeGreaterThan(confidenceOf(FOREIGN));
  });

  it("answers one word that a section holds", () => {
    const word = { coverage: 1, matchedWords: 1, known: 1, titleCoverage: 0, nearness: 0 };
    expect(confidenceOf({ ...word, relativeScore: 0.1, words: 1 })).toBeGreaterThanOrEqual(0.5);
  });

  it("is between 0 and 1 even for extremes", () => {
    const all = { coverage: 1, matchedWords: 1, known: 1, titleCoverage: 1, nearness: 1 };
    expect(confidenceOf({ ...all, relativeScore: 1, words: 64 })).toBeLessThanOrEqual(1);
    const none = { coverage: 0, matchedWords: 0, known: 0, titleCoverage: 0, nearness: 0 };
    expect(confidenceOf({ ...none, relativeScore: 0, words: 0 })).toBeGreaterThanOrEqual(0);
  });
});
