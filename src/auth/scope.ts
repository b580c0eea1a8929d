/** One scope token of RFC 6749, section 3.3, of at most 200 characters. */
export function isScope(value: unknown): value is string {
  return typeof value === "string" && /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/.test(value);
}
