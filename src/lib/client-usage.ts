/** Requests that clients have used, by the name under which each is counted; given back: below 0. */
export type ClientUsage = ReadonlyMap<string, number>;

/** Counts what clients use, here and elsewhere. */
export interface UsageBook {
  /** What was used here since the last call. Counting begins with the first one. */
  takeUsage(): ClientUsage;
  /** Counts what was used elsewhere. */
  addUsage(usage: ClientUsage): void;
}

/** Others who count the same clients. */
export interface UsagePeers {
  /** How long usage is collected before they are told, in milliseconds. */
  readonly pauseMs: number;
  /** Rejects when nobody could be told. */
  tell(usage: ClientUsage): Promise<void>;
  /** Calls back with what others tell, until the returned function is called. */
  hear(listener: (usage: ClientUsage) => void): () => void;
}
