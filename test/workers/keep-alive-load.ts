import { Agent, request as httpRequest } from "node:http";
import { request as httpsRequest, Agent as SecureAgent } from "node:https";
import type { Socket } from "node:net";

export interface FailedRequest {
  readonly message: string;
  /** Of the connection that it was sent on, as the server sees it. */
  readonly port: number | undefined;
}

/** Clients that ask again as soon as they have an answer, each on a connection of its own. */
export class KeepAliveLoad {
  readonly failed: FailedRequest[] = [];
  answered = 0;
  readonly #url: string;
  readonly #isOver = new AbortController();
  readonly #clients: Promise<void>[];
  readonly #isKept: boolean;

  constructor(url: string, clients: number, { isKept = true }: { readonly isKept?: boolean } = {}) {
    this.#url = url;
    this.#isKept = isKept;
    this.#clients = Array.from({ length: clients }, () => this.#client());
  }

  /** Until so many more have been answered. */
  async more(count: number): Promise<void> {
    for (const goal = this.answered + count; this.answered < goal; ) await turn();
  }

  async stop(): Promise<void> {
    this.#isOver.abort();
    await Promise.all(this.#clients);
  }

  async #client(): Promise<void> {
    const options = { keepAlive: this.#isKept, maxSockets: 1 };
    const isSecure = this.#url.startsWith("https:");
    const agent = isSecure
      ? new SecureAgent({ ...options, rejectUnauthorized: false })
      : new Agent(options);
    while (!this.#isOver.signal.aborted) await this.#ask(agent, isSecure);
    agent.destroy();
  }

  #ask(agent: Agent, isSecure: boolean): Promise<void> {
    return new Promise((resolve) => {
      let port: number | undefined;
      const url = new URL(this.#url);
      const options = { host: "127.0.0.1", port: url.port, path: url.pathname, agent };
      const headers = { host: url.host };
      const fail = (error: Error): void => {
        this.failed.push({ message: error.message, port });
        resolve();
      };
      const outgoing = (isSecure ? httpsRequest : httpRequest)(
        { ...options, headers },
        (answer) => {
          answer.on("error", fail);
          answer.on("end", () => {
            if (answer.statusCode === 200) this.answered += 1;
            else this.failed.push({ message: `status ${answer.statusCode}`, port });
            resolve();
          });
          answer.resume();
        },
      );
      outgoing.on("socket", (socket: Socket) => {
        if (socket.localPort !== undefined) port = socket.localPort;
        else socket.once("connect", () => (port = socket.localPort));
      });
      outgoing.on("error", fail);
      outgoing.end();
    });
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
