import type { Source } from "../source.ts";

/** A source that cannot be opened yet: it is opened whenever it is read. Loading throws like `open`. */
export function patientSource(name: string, open: () => Promise<Source>): Source {
  return {
    name,
    async *load(options) {
      const opened = await open();
      yield* opened.load(options);
    },
  };
}
