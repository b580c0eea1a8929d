/** Notices that files have changed. */
export interface ChangeWatch {
  /**
   * Calls `onChange` when what is there has changed and then stayed as it is for a moment. Resolves
   * or rejects when the signal aborts, and not before.
   */
  run(onChange: () => void, signal: AbortSignal): Promise<void>;
}
