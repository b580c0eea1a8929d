/** Whether a JSON or YAML file says of itself that it describes an API in OpenAPI 3. */
export function isOpenapi(text: string): boolean {
  return (
    /^["']?openapi["']?[ \t]*:[ \t]*["']?3\.[0-9]/m.test(text) ||
    /"openapi"\s{0,100}:\s{0,100}"3\.[0-9]/.test(text)
  );
}
