import type { KeyObject } from "node:crypto";
import {
  type Account,
  type ChallengeType,
  createCsr,
  type DownloadedCertificate,
  generateCertificateKey,
  identifierOf,
  type NewOrder,
  type Order,
} from "../../../src/acme/index.ts";

export interface ObtainOptions extends Omit<NewOrder, "identifiers"> {
  readonly names: readonly string[];
  readonly challengeType?: ChallengeType;
  readonly signal?: AbortSignal;
}

export interface Obtained extends DownloadedCertificate {
  readonly privateKey: KeyObject;
  readonly keyPem: string;
  readonly order: Order;
}

/** An order from beginning to end, as the example of the client's index has it. */
export async function obtain(account: Account, options: ObtainOptions): Promise<Obtained> {
  const { names, challengeType = "http-01", signal, ...rest } = options;
  const order = await account.newOrder({ ...rest, identifiers: names.map(identifierOf) }, signal);
  return finish(order, challengeType, signal);
}

/** Takes an order from where it is to its certificate. */
export async function finish(
  order: Order,
  challengeType: ChallengeType,
  signal?: AbortSignal,
): Promise<Obtained> {
  const polling = signal === undefined ? {} : { signal };
  if (order.state.status === "pending") {
    for (const authorization of await order.authorizations(signal)) {
      if (authorization.state.status === "valid") continue;
      const challenge = authorization.challenge(challengeType);
      if (!challenge) throw new Error(`no ${challengeType} for ${authorization.identifier.value}`);
      await challenge.respond(signal);
      await authorization.pollValid(polling);
    }
  }
  const privateKey = await generateCertificateKey();
  await order.finalize(createCsr(order.state.identifiers, privateKey), signal);
  await order.pollIssued(polling);
  const downloaded = await order.downloadCertificate(signal);
  const keyPem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return { ...downloaded, privateKey, keyPem, order };
}
