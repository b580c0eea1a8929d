import type { Clock } from "../../lib/clock.ts";
import { DocportError } from "../../lib/errors.ts";
import { loadText, type Storage } from "../storage.ts";
import {
  type CertificatePair,
  coversAllNames,
  isWithinDates,
  judgeIssuedPair,
  PairReader,
} from "./certificate-pair.ts";
import { certificateFileName } from "./file-name.ts";
import {
  type BrokenGeneration,
  type Generation,
  type GenerationOrigin,
  listGenerationIds,
  nextGenerationId,
  readGeneration,
  writeGeneration,
} from "./generation.ts";

export interface GenerationsOptions {
  readonly storage: Storage;
  /** All identifiers of the certificate; the first one names the files. */
  readonly names: readonly string[];
  readonly clock: Clock;
}

/** What is at `{domain}.cert.pem` and `{domain}.key.pem`, compared with the generations. */
export type VisiblePair =
  /** The current generation. */
  | { readonly kind: "current" }
  /** Nothing, or an older generation: the switch did not get that far. */
  | { readonly kind: "behind" }
  /** A good pair that somebody put there. */
  | { readonly kind: "new"; readonly pair: CertificatePair }
  /** Something that is no use. */
  | {
      readonly kind: "bad";
      readonly reason: string;
      readonly certPem: string;
      readonly keyPem: string;
    };

/** What a look at the storage found. Nothing was changed. */
export interface Survey {
  /** The newest generation that is whole. */
  readonly current?: Generation;
  readonly broken: readonly BrokenGeneration[];
  readonly visible: VisiblePair;
}

const KEPT_GENERATIONS = 5;
const KEPT_IN_QUARANTINE = 3;

/**
 * The certificates of one set of names, each with its key in a folder of its own, numbered.
 *
 * The current one is the newest that is whole: there is no pointer that could be wrong, and a kill
 * at any instruction leaves either the old number or a complete new one. `{domain}.cert.pem` and
 * `{domain}.key.pem` are links through one folder link, so both switch in one rename. Reading needs
 * no lease; everything that writes does.
 */
export class Generations {
  readonly #storage: Storage;
  readonly #names: readonly string[];
  readonly #clock: Clock;
  readonly #folder: string;
  readonly #reader = new PairReader();
  /** The keys that users see. */
  readonly certKey: string;
  readonly keyKey: string;

  constructor({ storage, names, clock }: GenerationsOptions) {
    const name = certificateFileName(names[0] ?? "");
    this.#storage = storage;
    this.#names = names;
    this.#clock = clock;
    this.#folder = `.docport/${name}`;
    this.certKey = `${name}.cert.pem`;
    this.keyKey = `${name}.key.pem`;
  }

  /** Looks at everything and changes nothing. */
  async survey(): Promise<Survey> {
    const broken: BrokenGeneration[] = [];
    const ids = [...(await listGenerationIds(this.#storage, this.#folder))];
    let current: Generation | undefined;
    while (!current && ids.length > 0) {
      const reading = await readGeneration(
        this.#storage,
        this.#folder,
        ids.shift() ?? "",
        this.#reader,
      );
      if (reading.generation) current = reading.generation;
      else broken.push(reading.broken);
    }
    const visible = await this.#lookAtVisible(current, ids, broken);
    return { ...(current && { current }), broken, visible };
  }

  /**
   * Writes a pair as the newest generation, reads it back and checks it; it is current from then
   * on, and visible after {@link publish}. Rejects with ERR_CERT_REJECTED, and leaves nothing, when
   * the pair is not fit to be served.
   */
  async add(pair: CertificatePair, origin: GenerationOrigin): Promise<Generation> {
    const now = this.#clock.now();
    if (origin.source === "acme") {
      const [finding] = judgeIssuedPair(pair, this.#names, now);
      if (finding) throw rejected(finding);
    }
    const ids = await listGenerationIds(this.#storage, this.#folder);
    const generation = { ...origin, id: nextGenerationId(ids), pair, createdAt: now };
    await writeGeneration(this.#storage, this.#folder, generation);
    const back = await readGeneration(this.#storage, this.#folder, generation.id, this.#reader);
    if (!back.generation) {
      await this.#storage.delete(`${this.#folder}/${generation.id}`);
      throw rejected(`What was written could not be read back: ${back.broken.reason}.`);
    }
    return back.generation;
  }

  /**
   * Switches what users see to this generation. Where there are no links, copies are made, the key
   * first; between the two renames a foreign reader could then see a pair that does not match.
   */
  async publish(generation: Generation): Promise<void> {
    try {
      await this.#storage.link(`${this.#folder}/live`, `${this.#folder}/${generation.id}`);
      await this.#storage.link(this.keyKey, `${this.#folder}/live/key.pem`);
      await this.#storage.link(this.certKey, `${this.#folder}/live/cert.pem`);
    } catch (error) {
      if (!(error instanceof DocportError) || error.code !== "ERR_STORAGE_LINK") throw error;
      await this.#storage.store(this.keyKey, generation.pair.keyPem, { secret: true });
      await this.#storage.store(this.certKey, generation.pair.certPem);
    }
  }

  /** Sets aside a generation that must not be served again; the one before it is then current. */
  async quarantine(id: string, reason: string): Promise<void> {
    const from = `${this.#folder}/${id}`;
    const certPem = await loadText(this.#storage, `${from}/cert.pem`);
    const keyPem = await loadText(this.#storage, `${from}/key.pem`, { secret: true });
    await this.#setAside(id, certPem ?? "", keyPem ?? "", reason);
    await this.#storage.delete(from);
  }

  /** Keeps a copy of what is at the visible names before {@link publish} replaces it. */
  async setAsideVisible(reason: string): Promise<void> {
    const certPem = (await loadText(this.#storage, this.certKey)) ?? "";
    const keyPem = (await loadText(this.#storage, this.keyKey, { secret: true })) ?? "";
    if (certPem === "" && keyPem === "") return;
    await this.#setAside("visible", certPem, keyPem, reason);
  }

  /** Removes generations that nobody needs: all but the newest few, and what a kill left. */
  async prune(current: Generation): Promise<void> {
    const ids = await listGenerationIds(this.#storage, this.#folder);
    const older = ids.filter((id) => id < current.id);
    for (const id of older.slice(KEPT_GENERATIONS - 1)) {
      await this.#storage.delete(`${this.#folder}/${id}`);
    }
  }

  async #setAside(what: string, certPem: string, keyPem: string, reason: string): Promise<void> {
    const folder = `${this.#folder}/quarantine`;
    const to = `${folder}/${this.#clock.now()}-${what}`;
    await this.#storage.store(`${to}/key.pem`, keyPem, { secret: true });
    await this.#storage.store(`${to}/cert.pem`, certPem);
    await this.#storage.store(`${to}/reason.txt`, `${reason}\n`);
    const kept = (await this.#storage.list(folder)).map((key) =>
      key.split("/").slice(0, -1).join("/"),
    );
    for (const old of [...new Set(kept)].toSorted().slice(0, -KEPT_IN_QUARANTINE)) {
      await this.#storage.delete(old);
    }
  }

  async #lookAtVisible(
    current: Generation | undefined,
    olderIds: readonly string[],
    broken: readonly BrokenGeneration[],
  ): Promise<VisiblePair> {
    const certPem = (await loadText(this.#storage, this.certKey)) ?? "";
    const keyPem = (await loadText(this.#storage, this.keyKey, { secret: true })) ?? "";
    if (certPem === "" && keyPem === "") return { kind: "behind" };
    const { pair, problem } = this.#reader.read(certPem, keyPem);
    if (!pair) {
      // A broken generation seen through its link is dealt with as a generation.
      return broken.length > 0 && (await this.#isLinkTo(broken, certPem, keyPem))
        ? { kind: "behind" }
        : { kind: "bad", reason: problem, certPem, keyPem };
    }
    const { fingerprint256 } = pair.chain;
    if (fingerprint256 === current?.pair.chain.fingerprint256) return { kind: "current" };
    for (const id of olderIds) {
      const { generation } = await readGeneration(this.#storage, this.#folder, id, this.#reader);
      if (generation?.pair.chain.fingerprint256 === fingerprint256) return { kind: "behind" };
    }
    const now = this.#clock.now();
    const isBetter = coversAllNames(pair, this.#names) && isWithinDates(pair, now);
    if (!current || isBetter) return { kind: "new", pair };
    const reason = isWithinDates(pair, now)
      ? `it is not for ${this.#names.join(", ")}`
      : "it is not within its dates";
    return { kind: "bad", reason, certPem, keyPem };
  }

  async #isLinkTo(
    broken: readonly BrokenGeneration[],
    certPem: string,
    keyPem: string,
  ): Promise<boolean> {
    for (const { id } of broken) {
      const at = `${this.#folder}/${id}`;
      const isSame =
        ((await loadText(this.#storage, `${at}/cert.pem`)) ?? "") === certPem &&
        ((await loadText(this.#storage, `${at}/key.pem`)) ?? "") === keyPem;
      if (isSame) return true;
    }
    return false;
  }
}

function rejected(reason: string): DocportError {
  return new DocportError(
    "ERR_CERT_REJECTED",
    `The certificate was not put into service: ${reason}`,
    {
      hint: "Nothing: the certificate in use stays, and another one is asked for later.",
    },
  );
}
