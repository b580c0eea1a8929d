/** The command that makes a computer trust the CA in `file` (PEM), for its platform. */
export function trustLine(platform: string, file: string): string {
  switch (platform) {
    case "darwin":
      return `security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db ${quoted(file)}`;
    case "win32":
      return `certutil -user -addstore Root "${file}"`;
    default:
      return `sudo cp ${quoted(file)} /usr/local/share/ca-certificates/docport-local.crt && sudo update-ca-certificates`;
  }
}

/** As one word of a POSIX shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
