export { IndexBuilder } from "./index-builder.ts";
export type { IndexDocument, IndexGroup } from "./index-document.ts";
export { CONFIDENCE_THRESHOLD, type ConfidenceFeatures } from "./ranking/confidence.ts";
export { SearchIndex } from "./search-index.ts";
export type { SearchHit, SearchOptions, SearchResult, Snippet } from "./search-options.ts";
export type { IndexUpdate } from "./updated-segments.ts";
