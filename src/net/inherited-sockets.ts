import { DocportError } from "../lib/errors.ts";

/** A listening socket that a supervisor opened before this process was started. */
export interface InheritedSocket {
  /** Descriptor, from 3. */
  readonly fd: number;
  /** `FileDescriptorName=` of the socket unit. */
  readonly name: string;
}

/** Which of them is for what. */
export interface AssignedSockets {
  /** For what the server is there for. */
  readonly main?: number;
  /** For the redirect and the challenge over plain HTTP. */
  readonly plain?: number;
}

/** First descriptor that is handed over (sd_listen_fds(3), `SD_LISTEN_FDS_START`). */
const FIRST_FD = 3;
const MAX_SOCKETS = 16;

/** The sockets of systemd's protocol (sd_listen_fds(3)); none when they are for another process. */
export function inheritedSockets(
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
): readonly InheritedSocket[] {
  const { LISTEN_PID, LISTEN_FDS = "", LISTEN_FDNAMES = "" } = env;
  const count = /^\d{1,4}$/.test(LISTEN_FDS) ? Number(LISTEN_FDS) : 0;
  if (LISTEN_PID !== `${pid}` || count === 0) return [];
  const names = LISTEN_FDNAMES.split(":");
  return Array.from({ length: Math.min(count, MAX_SOCKETS) }, (_, index) => ({
    fd: FIRST_FD + index,
    name: names[index] ?? "",
  }));
}

/**
 * Goes by the names `http` and `https`; a single socket may have any name. Throws a `DocportError`
 * `ERR_LISTEN_INHERITED` for one that there is no use for: its clients would wait for ever.
 */
export function assignSockets(
  sockets: readonly InheritedSocket[],
  scheme: "http" | "https",
  hasPlain: boolean,
): AssignedSockets {
  const [only] = sockets;
  if (only && sockets.length === 1 && !["http", "https"].includes(only.name)) {
    return { main: only.fd };
  }
  let assigned: AssignedSockets = {};
  for (const { fd, name } of sockets) {
    if (name === scheme && assigned.main === undefined) assigned = { ...assigned, main: fd };
    else if (name === "http" && hasPlain && assigned.plain === undefined) {
      assigned = { ...assigned, plain: fd };
    } else throw noUse(name, scheme, hasPlain);
  }
  return assigned;
}

function noUse(name: string, scheme: string, hasPlain: boolean): DocportError {
  const names = hasPlain ? "one socket called https and one called http" : `one called ${scheme}`;
  return new DocportError(
    "ERR_LISTEN_INHERITED",
    `A socket called ${JSON.stringify(name.slice(0, 80))} was handed over, which nothing listens on`,
    { hint: `Hand over ${names} (FileDescriptorName= of the socket unit), and no other.` },
  );
}
