/** What checks read of a request: of a web `Request`, or of one that Node gave and nothing wraps. */
export interface RequestHead {
  readonly method: string;
  readonly headers: Pick<Headers, "get">;
}

/** What is done to the headers of an answer: of a web `Response`, or of one that Node writes. */
export type AnswerHeaders = Pick<Headers, "get" | "set" | "has" | "append">;
