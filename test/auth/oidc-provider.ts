import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair } from "jose";
import { type Configuration, Provider } from "oidc-provider";

/** A real OpenID Connect provider on the loopback whose person agrees to what they are asked. */
export interface RunningProvider extends AsyncDisposable {
  readonly issuer: string;
  /** Scopes that the person agrees to give, whatever is asked. */
  readonly consent: Set<string>;
  /** While it is set, every connection is closed without an answer. */
  isDown: boolean;
  /** From now on it signs with a new key and publishes that alone; registrations are forgotten. */
  rotateKey(): Promise<void>;
  /** Follows the redirects of an authorization as a browser does, to the URL with the code. */
  browse(authorizationUrl: URL): Promise<URL>;
}

/** Where an assistant describes itself (OAuth Client ID Metadata Document); its URL is its client id. */
export const CLIENT_DOCUMENT = "https://assistant.example/oauth/client.json";

export const CALLBACK = "http://127.0.0.1:33418/callback";

export async function startOidcProvider(scopes: readonly string[]): Promise<RunningProvider> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;
  let provider = new Provider(issuer, await configuration(scopes));
  let answer = provider.callback();
  const consent = new Set(scopes);
  server.on("request", (request, response) => {
    if (running.isDown) {
      request.socket.destroy();
      return;
    }
    if (!request.url?.startsWith("/interaction/")) {
      void answer(request, response);
      return;
    }
    agree(provider, consent, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  let keys = 1;
  const running: RunningProvider = {
    issuer,
    consent,
    isDown: false,
    async rotateKey() {
      keys += 1;
      provider = new Provider(issuer, await configuration(scopes, `key-${keys}`));
      answer = provider.callback();
    },
    browse: (url) => browse(url, issuer),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return running;
}

async function configuration(scopes: readonly string[], kid = "key-1"): Promise<Configuration> {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  return {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid, alg: "ES256", use: "sig" }] },
    cookies: { keys: ["only for this test"] },
    scopes: ["openid", ...scopes],
    // A public client registers itself: the one that a person's assistant is.
    clientDefaults: { token_endpoint_auth_method: "none", id_token_signed_response_alg: "ES256" },
    enabledJWA: { idTokenSigningAlgValues: ["ES256"] },
    fetch: (url) => Promise.resolve(clientDocumentAt(url)),
    features: {
      clientIdMetadataDocument: { enabled: true, ack: "draft-02" },
      devInteractions: { enabled: false },
      registration: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource) => ({
          scope: scopes.join(" "),
          audience: resource,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "ES256" } },
        }),
        useGrantedResource: () => true,
      },
    },
    ttl: { AccessToken: 3 * 86_400, Grant: 300, Interaction: 300, Session: 300 },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    // Each authorization asks anew, so that a person can agree to more the second time.
    async loadExistingGrant({ oidc }) {
      const id = oidc.result?.consent?.grantId;
      return id === undefined ? undefined : oidc.provider.Grant.find(id);
    },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
  };
}

/** The document of the one client that has one; everything else is 404. */
function clientDocumentAt(url: unknown): Response {
  if (String(url) !== CLIENT_DOCUMENT) return new Response(null, { status: 404 });
  return Response.json({
    client_id: CLIENT_DOCUMENT,
    client_name: "An assistant with a document",
    redirect_uris: [CALLBACK],
    grant_types: ["authorization_code"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
  });
}

/** Signs in at the first prompt, and gives at the second what the person agrees to. */
async function agree(
  provider: Provider,
  consent: ReadonlySet<string>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (prompt.name === "login") {
    await provider.interactionFinished(request, response, { login: { accountId: "ada" } });
    return;
  }
  const grant = new provider.Grant({
    accountId: session?.accountId ?? "",
    clientId: textOf(params["client_id"]),
  });
  const asked = textOf(params["scope"]).split(" ");
  const resource = textOf(params["resource"]);
  // Whoever registers may name only scopes of the provider itself, so they are given in both places.
  for (const scope of asked) {
    if (consent.has(scope) || scope === "openid") {
      grant.addOIDCScope(scope);
      grant.addResourceScope(resource, scope);
    } else {
      grant.rejectOIDCScope(scope);
      grant.rejectResourceScope(resource, scope);
    }
  }
  const grantId = await grant.save();
  await provider.interactionFinished(request, response, { consent: { grantId } });
}

async function browse(start: URL, issuer: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let url = start;
  for (let step = 0; step < 10; step++) {
    if (url.href.startsWith(CALLBACK)) return url;
    const cookie = Array.from(cookies, ([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { redirect: "manual", headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "") cookies.delete(name);
      else cookies.set(name, value);
    }
    const location = response.headers.get("location");
    if (location === null)
      throw new Error(`${url.pathname}: ${response.status} ${await response.text()}`);
    url = new URL(location, issuer);
  }
  throw new Error("the authorization does not end");
}

function textOf(parameter: unknown): string {
  return typeof parameter === "string" ? parameter : "";
}
