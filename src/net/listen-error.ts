import { DocportError, messageOf, systemCodeOf } from "../lib/errors.ts";

/** Why a listener could not be opened, in a person's words, with the one thing to do. */
export function listenError(cause: unknown, host: string, port: number): unknown {
  const address = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  switch (systemCodeOf(cause) ?? "") {
    case "EADDRINUSE":
      return new DocportError(
        "ERR_LISTEN_IN_USE",
        `Port ${port} is taken: another program listens on ${address}`,
        {
          cause,
          hint: `Stop it (\`ss -ltnp 'sport = :${port}'\` names it), or choose another port with --port.`,
        },
      );
    case "EACCES":
    case "EPERM":
      return new DocportError("ERR_LISTEN_DENIED", `This user may not listen on ${address}`, {
        cause,
        hint:
          port < 1024
            ? "Ports below 1024 need a privilege: run `sudo setcap cap_net_bind_service=+ep $(readlink -f $(which node))`, or AmbientCapabilities=CAP_NET_BIND_SERVICE in the systemd unit, or choose another port with --port."
            : "Choose another port with --port.",
      });
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAFNOSUPPORT":
    case "EAI_AGAIN":
      return new DocportError(
        "ERR_LISTEN_ADDRESS",
        `This computer has no address ${host} to listen on`,
        {
          cause,
          hint: "Give --host an address of this computer (`ip addr` lists them), 127.0.0.1, or 0.0.0.0 for all.",
        },
      );
    default:
      return cause instanceof Error ? cause : new Error(messageOf(cause), { cause });
  }
}
