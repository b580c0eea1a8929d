/** Checks of what clients send, as far as it can be told without the SDK; doubt is `false`. */

export type JsonObject = Readonly<Record<string, unknown>>;

export const MODERN_VERSION = "2026-07-28";
const VERSION_KEY = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES_KEY = "io.modelcontextprotocol/clientCapabilities";
const CLIENT_KEY = "io.modelcontextprotocol/clientInfo";
/** Of these keys the protocol says what they hold; the rest of `_meta` is anybody's. */
const RESERVED_PREFIX = "io.modelcontextprotocol/";

/** A JSON object whose every member is one of its own: a `__proto__` is left to others. */
export function isJsonObject(value: unknown): value is JsonObject {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !Object.hasOwn(value, "__proto__")
  );
}

/** Whether an object has no members but these. */
export function hasOnly(value: JsonObject, names: readonly string[]): boolean {
  for (const name in value) if (!names.includes(name)) return false;
  return true;
}

/** `_meta` of a request of 2026-07-28: the envelope that says version, client and abilities. */
export function isModernMeta(meta: unknown): boolean {
  if (!isJsonObject(meta)) return false;
  if (meta[VERSION_KEY] !== MODERN_VERSION || !isCapabilities(meta[CAPABILITIES_KEY])) return false;
  const client = meta[CLIENT_KEY];
  if (client !== undefined && !isImplementation(client)) return false;
  return isFreeMeta(meta, [VERSION_KEY, CAPABILITIES_KEY, CLIENT_KEY]);
}

/** `_meta` of an earlier request, or none. */
export function isLegacyMeta(meta: unknown): boolean {
  return meta === undefined || (isJsonObject(meta) && isFreeMeta(meta, []));
}

function isFreeMeta(meta: JsonObject, known: readonly string[]): boolean {
  for (const key in meta) {
    if (key.startsWith(RESERVED_PREFIX) && !known.includes(key)) return false;
  }
  const token = meta["progressToken"];
  return token === undefined || isRequestId(token);
}

/** `RequestId`, and `ProgressToken`, which is the same. */
export function isRequestId(value: unknown): value is string | number {
  return typeof value === "string" || Number.isSafeInteger(value);
}

/** `Implementation` without icons. */
export function isImplementation(value: unknown): boolean {
  if (!isJsonObject(value)) return false;
  for (const key in value) {
    if (key === "icons" || (OF_TEXT.includes(key) && typeof value[key] !== "string")) return false;
  }
  return value["name"] !== undefined && value["version"] !== undefined;
}

const OF_TEXT: readonly string[] = ["name", "version", "title", "websiteUrl", "description"];

/** `ClientCapabilities` with the members that clients have; tasks are none of them. */
export function isCapabilities(value: unknown): boolean {
  if (!isJsonObject(value)) return false;
  for (const key in value) {
    if (!CAPABILITY.get(key)?.(value[key])) return false;
  }
  return true;
}

const CAPABILITY: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  [
    "roots",
    (value: unknown) => isObjectOf(value, ["listChanged"], (one) => typeof one === "boolean"),
  ],
  ["sampling", (value: unknown) => isObjectOf(value, ["context", "tools"], isJsonObject)],
  ["elicitation", (value: unknown) => isObjectOf(value, ["form", "url"], isEmpty)],
  ["experimental", isObjectOfObjects],
  ["extensions", isObjectOfObjects],
]);

function isObjectOf(
  value: unknown,
  names: readonly string[],
  check: (value: unknown) => boolean,
): boolean {
  return isJsonObject(value) && hasOnly(value, names) && Object.values(value).every(check);
}

function isObjectOfObjects(value: unknown): boolean {
  return isJsonObject(value) && Object.values(value).every(isJsonObject);
}

function isEmpty(value: unknown): boolean {
  return isJsonObject(value) && hasOnly(value, []);
}
