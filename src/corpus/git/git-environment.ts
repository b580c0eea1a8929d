/** Without what would make git look at another repository, or ask somebody. */
export function gitEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  const kept = Object.entries(env).filter(
    ([name]) =>
      !name.startsWith("GIT_") || /^GIT_(?:SSH|SSL_CAINFO|SSL_CAPATH|EXEC_PATH|PROXY)/.test(name),
  );
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    GIT_SSH_COMMAND: "ssh -oBatchMode=yes",
    ...Object.fromEntries(kept),
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "",
    SSH_ASKPASS: "",
    GIT_OPTIONAL_LOCKS: "0",
    LC_ALL: "C",
  };
}
