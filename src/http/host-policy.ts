/** Whose requests are answered: the defence against DNS rebinding and foreign web pages. */
export interface HostPolicy {
  /** `hostname` as `URL.hostname` gives it: lower case, IPv6 in brackets. */
  allowsHost(hostname: string): boolean;
  /** Value of an `Origin` header. `null`, what sandboxed and local pages send, is never allowed. */
  allowsOrigin(origin: string): boolean;
}

export interface HostPolicyOptions {
  /** Address that the server is bound to. */
  readonly host: string;
  /** Names under which it is public: domains, and the host of the public URL. */
  readonly publicHosts?: readonly string[];
  /**
   * Web origins, besides the server's own names and this computer's, whose pages may call it
   * (`https://app.example.com`). `*` is every origin.
   */
  readonly allowedOrigins?: readonly string[];
}

const LOCAL = ["localhost", "127.0.0.1", "[::1]"];
const WILDCARDS = ["0.0.0.0", "::", "[::]"];

/**
 * Allows this computer's own names, the address bound to and the public names, whatever the port.
 * When bound to every address, a Host that is an IP address is allowed too: rebinding needs a name.
 */
export function createHostPolicy(options: HostPolicyOptions): HostPolicy {
  const isPublic = WILDCARDS.includes(options.host);
  const hosts = new Set(
    [...LOCAL, ...(isPublic ? [] : [bracketed(options.host)]), ...(options.publicHosts ?? [])].map(
      (host) => bracketed(host).toLowerCase(),
    ),
  );
  const origins = new Set(options.allowedOrigins?.map((origin) => origin.replace(/\/$/, "")));
  const allowsHost = (hostname: string): boolean => {
    const name = hostname.toLowerCase().replace(/\.$/, "");
    // A wildcard stands for one label, as in a certificate (RFC 6125 §6.4.3).
    const wildcard = `*${name.slice(name.indexOf("."))}`;
    return hosts.has(name) || hosts.has(wildcard) || (isPublic && isIpLiteral(name));
  };
  return {
    allowsHost,
    allowsOrigin(origin) {
      if (origin === "null") return false;
      if (origins.has("*") || origins.has(origin)) return true;
      const url = URL.canParse(origin) ? new URL(origin) : undefined;
      return url !== undefined && /^https?:$/.test(url.protocol) && allowsHost(url.hostname);
    },
  };
}

function bracketed(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

function isIpLiteral(hostname: string): boolean {
  // WHATWG URLs write every IPv4 address in dotted decimal, and an IPv6 address in brackets.
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(hostname) || hostname.startsWith("[");
}
