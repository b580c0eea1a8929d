import {
  type Account,
  AccountKey,
  AcmeClient,
  type AcmeClientOptions,
} from "../../../src/acme/index.ts";
import { FakeClock } from "../fake-clock.ts";
import { runOnClock } from "../run-on-clock.ts";
import { type AcmeCa, type AcmeCaOptions, createAcmeCa } from "./create-acme-ca.ts";
import { type Obtained, obtain } from "./obtain.ts";

/** A CA, a client of it and a registered account, all on one fake clock. */
export interface Stage {
  readonly ca: AcmeCa;
  readonly client: AcmeClient;
  readonly clock: FakeClock;
  readonly key: AccountKey;
  readonly account: Account;
  /** Lets work on the fake clock come to its end. */
  readonly run: <T>(work: Promise<T>) => Promise<T>;
  /** Orders a certificate for these names; by default for docs.example.com. */
  readonly obtain: (names?: readonly string[]) => Promise<Obtained>;
  /** How often the CA was asked something, for example "POST newOrder". */
  readonly count: (request: string) => number;
}

export interface StageOptions extends Partial<AcmeCaOptions> {
  readonly client?: Partial<AcmeClientOptions>;
}

export async function stage(options: StageOptions = {}): Promise<Stage> {
  const clock = new FakeClock();
  const { client: clientOptions, ...caOptions } = options;
  const ca = createAcmeCa({ clock, ...caOptions });
  const { directoryUrl, transport } = ca;
  const client = new AcmeClient({ directoryUrl, transport, clock, ...clientOptions });
  const key = await AccountKey.generate();
  const run = <T>(work: Promise<T>): Promise<T> => runOnClock(clock, work);
  const [[kid, hmacKey] = []] = ca.behaviour.externalAccountKeys;
  const binding =
    kid === undefined || hmacKey === undefined ? {} : { externalAccountBinding: { kid, hmacKey } };
  const account = await run(client.newAccount({ key, termsOfServiceAgreed: true, ...binding }));
  return {
    ca,
    client,
    clock,
    key,
    account,
    run,
    obtain: (names = ["docs.example.com"]) => run(obtain(account, { names })),
    count: (request) => ca.requests.filter((one) => one === request).length,
  };
}
