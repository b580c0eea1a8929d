import { DocportError, type ErrorCode, messageOf } from "../lib/errors.ts";

/** What one process asks or tells another over the channel between them; plain data only. */
export type ChannelHandler = (value: unknown) => unknown;

/** A failure as it travels: an error of ours stays one on the other side. */
interface SentError {
  readonly message: string;
  readonly code?: string;
  readonly hint?: string | undefined;
}

interface Question {
  readonly ask: number;
  readonly name: string;
  readonly value: unknown;
}

interface Answer {
  readonly reply: number;
  readonly value?: unknown;
  readonly error?: SentError;
}

/**
 * Questions and answers between two processes that trust each other, in the order in which they were
 * sent. What one side asks, the other side's handler of that name answers.
 */
export class Channel {
  readonly #send: (message: object) => void;
  readonly #handlers = new Map<string, ChannelHandler>();
  readonly #waiting = new Map<
    number,
    { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }
  >();
  #asked = 0;
  #isClosed = false;

  constructor(send: (message: object) => void) {
    this.#send = send;
  }

  /** Answers questions of this name; what it throws the other side gets. */
  on(name: string, handler: ChannelHandler): void {
    this.#handlers.set(name, handler);
  }

  /** Resolves with the answer. Rejects with what the other side threw, or when it is gone. */
  ask(name: string, value?: unknown): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(new ChannelClosedError());
    const ask = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(ask, { resolve, reject });
      this.#send({ ask, name, value });
    });
  }

  /** Takes what came from the other side; what is not of a channel is left alone. */
  receive(message: unknown): void {
    if (!isChannelMessage(message)) return;
    if ("ask" in message) {
      void this.#answer(message);
      return;
    }
    const waiting = this.#waiting.get(message.reply);
    this.#waiting.delete(message.reply);
    if (message.error) waiting?.reject(toError(message.error));
    else waiting?.resolve(message.value);
  }

  /** The other side is gone: whoever waits for an answer is told. */
  close(): void {
    this.#isClosed = true;
    for (const { reject } of this.#waiting.values()) reject(new ChannelClosedError());
    this.#waiting.clear();
  }

  async #answer({ ask: reply, name, value }: Question): Promise<void> {
    let answer: Answer;
    try {
      const handler = this.#handlers.get(name);
      if (!handler) throw new TypeError(`nobody answers ${name}`);
      answer = { reply, value: await handler(value) };
    } catch (error) {
      answer = { reply, error: toSent(error) };
    }
    if (!this.#isClosed) this.#send(answer);
  }
}

/** The process on the other side has ended. */
export class ChannelClosedError extends Error {
  override readonly name: string = "ChannelClosedError";

  constructor() {
    super("the other process is gone");
  }
}

function isChannelMessage(message: unknown): message is Question | Answer {
  return (
    typeof message === "object" && message !== null && ("ask" in message || "reply" in message)
  );
}

function toSent(error: unknown): SentError {
  if (!(error instanceof DocportError)) return { message: messageOf(error) };
  return { message: error.message, code: error.code, hint: error.hint };
}

function toError({ message, code, hint }: SentError): Error {
  if (code === undefined) return new Error(message);
  return new DocportError(
    fromOurBuild<ErrorCode>(code),
    message,
    hint === undefined ? {} : { hint },
  );
}

/** What the other process sent, as the type that it has there: both are of one build. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- it names what was sent
export function fromOurBuild<Sent>(value: unknown): Sent {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return value as Sent;
}
