/** A site that answers from a map; what it has not is 404. Notes what was asked. */
export interface SiteFetch {
  readonly fetch: typeof fetch;
  readonly requested: readonly string[];
  /** The most requests that were open at the same time. */
  readonly mostAtOnce: () => number;
}

type Answer =
  | string
  | { readonly type?: string; readonly text?: string; readonly init: ResponseInit };

export function siteFetch(answers: Readonly<Record<string, Answer>>): SiteFetch {
  const requested: string[] = [];
  let open = 0;
  let most = 0;
  return {
    requested,
    mostAtOnce: () => most,
    fetch: async (input) => {
      const url = input instanceof Request ? input.url : String(input);
      requested.push(url);
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
      const answer = Object.hasOwn(answers, url) ? answers[url] : undefined;
      if (answer === undefined) return new Response("not found", { status: 404 });
      if (typeof answer !== "string") return new Response(answer.text ?? null, answer.init);
      const type = /^\s*</.test(answer) ? "text/html" : "text/markdown; charset=utf-8";
      return new Response(answer, { headers: { "content-type": type } });
    },
  };
}
