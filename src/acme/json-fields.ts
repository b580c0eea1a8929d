import { DocportError } from "../lib/errors.ts";

/** No string that ACME defines is longer; an URL, a description or a token may come close. */
const MAX_STRING_CHARS = 8192;
const MAX_ITEMS = 1000;
const MAX_DEPTH = 16;

/**
 * The members of a JSON object that came from the CA, read by name and checked one by one. Whatever
 * is not as RFC 8555 says throws ERR_ACME_PROTOCOL with the place; unknown members are passed over.
 */
export class JsonFields {
  readonly #members: ReadonlyMap<string, unknown>;
  readonly #place: string;

  private constructor(value: object, place: string) {
    // A Map: a member called "__proto__" is a member like any other.
    this.#members = new Map(Object.entries(value));
    this.#place = place;
  }

  /** `place` names the object in messages, for example "order". */
  static parse(body: Uint8Array, place: string): JsonFields {
    let value: unknown;
    try {
      value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
    } catch (error) {
      throw malformed(place, "is not JSON", error);
    }
    if (isDeeperThan(value, MAX_DEPTH)) throw malformed(place, "is nested too deeply");
    return JsonFields.of(value, place);
  }

  static of(value: unknown, place: string): JsonFields {
    if (!isObject(value)) throw malformed(place, "is not a JSON object");
    return new JsonFields(value, place);
  }

  has(name: string): boolean {
    return (this.#members.get(name) ?? undefined) !== undefined;
  }

  string(name: string): string {
    const value = this.#members.get(name);
    if (typeof value !== "string") throw this.#wrong(name, "is not a string");
    if (value.length > MAX_STRING_CHARS) throw this.#wrong(name, "is too long");
    return value;
  }

  optionalString(name: string): string | undefined {
    return this.has(name) ? this.string(name) : undefined;
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T {
    const value = this.string(name);
    const choice = choices.find((one) => one === value);
    if (choice === undefined) {
      throw this.#wrong(
        name,
        `is ${JSON.stringify(value.slice(0, 40))}, not ${choices.join(", ")}`,
      );
    }
    return choice;
  }

  optionalBoolean(name: string): boolean | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#members.get(name);
    if (typeof value !== "boolean") throw this.#wrong(name, "is not true or false");
    return value;
  }

  /** Epoch milliseconds of an RFC 3339 date and time. */
  time(name: string): number {
    const text = this.string(name);
    const isRfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,12})?(?:Z|[+-]\d\d:\d\d)$/i.test(
      text,
    );
    const epochMs = isRfc3339 ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(epochMs)) throw this.#wrong(name, "is not a date and time of RFC 3339");
    return epochMs;
  }

  optionalTime(name: string): number | undefined {
    return this.has(name) ? this.time(name) : undefined;
  }

  array(name: string): readonly unknown[] {
    const value = this.#members.get(name);
    if (!Array.isArray(value)) throw this.#wrong(name, "is not an array");
    if (value.length > MAX_ITEMS) throw this.#wrong(name, `has more than ${MAX_ITEMS} items`);
    return value;
  }

  strings(name: string): readonly string[] {
    return this.array(name).map((value, i) => {
      if (typeof value === "string" && value.length <= MAX_STRING_CHARS) return value;
      throw this.#wrong(`${name}[${i}]`, "is not a string");
    });
  }

  objects(name: string): readonly JsonFields[] {
    return this.array(name).map((value, i) => JsonFields.of(value, `${this.#place}.${name}[${i}]`));
  }

  object(name: string): JsonFields {
    return JsonFields.of(this.#members.get(name), `${this.#place}.${name}`);
  }

  optionalObject(name: string): JsonFields | undefined {
    return this.has(name) ? this.object(name) : undefined;
  }

  /** The value as it came, for those who read it in their own way. */
  unknown(name: string): unknown {
    return this.#members.get(name);
  }

  /** Names and values of the members that are strings, for a map whose keys the CA chooses. */
  stringEntries(): ReadonlyMap<string, string> {
    const entries = [...this.#members].slice(0, MAX_ITEMS);
    return new Map(
      entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    );
  }

  #wrong(name: string, why: string): DocportError {
    return malformed(`${this.#place}.${name}`, why);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Level by level, so that depth costs no stack. */
function isDeeperThan(value: unknown, limit: number): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; depth <= limit; depth++) {
    level = level.flatMap((one) =>
      typeof one === "object" && one !== null ? Object.values(one) : [],
    );
    if (level.length === 0) return false;
  }
  return true;
}

function malformed(place: string, why: string, cause?: unknown): DocportError {
  return new DocportError("ERR_ACME_PROTOCOL", `The CA's reply is malformed: ${place} ${why}.`, {
    cause,
    hint: "Check that the directory URL is that of an ACME server and that nothing stands between.",
  });
}
