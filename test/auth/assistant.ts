import {
  Client,
  type OAuthClientMetadata,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from "@modelcontextprotocol/client";
import { CALLBACK, type RunningProvider } from "./oidc-provider.ts";

/** What an assistant keeps of one person: registration, tokens, and where it sent them. */
export class Assistant implements OAuthClientProvider {
  readonly redirectUrl: string = CALLBACK;
  readonly clientMetadata: OAuthClientMetadata = {
    client_name: "An assistant",
    redirect_uris: [CALLBACK],
    grant_types: ["authorization_code"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
  };
  /** Absent: it registers itself (RFC 7591). */
  readonly clientMetadataUrl?: string;
  sentTo: URL | undefined;
  #information: StoredOAuthClientInformation | undefined;
  #tokens: StoredOAuthTokens | undefined;
  #verifier = "";
  #discovery: OAuthDiscoveryState | undefined;

  constructor(clientMetadataUrl?: string) {
    if (clientMetadataUrl !== undefined) this.clientMetadataUrl = clientMetadataUrl;
  }

  clientInformation = (): StoredOAuthClientInformation | undefined => this.#information;
  saveClientInformation = (information: StoredOAuthClientInformation): void => {
    this.#information = information;
  };
  tokens = (): StoredOAuthTokens | undefined => this.#tokens;
  saveTokens = (tokens: StoredOAuthTokens): void => {
    this.#tokens = tokens;
  };
  redirectToAuthorization = (url: URL): void => {
    this.sentTo = url;
  };
  saveCodeVerifier = (verifier: string): void => {
    this.#verifier = verifier;
  };
  codeVerifier = (): string => this.#verifier;
  saveDiscoveryState = (state: OAuthDiscoveryState): void => {
    this.#discovery = state;
  };
  discoveryState = (): OAuthDiscoveryState | undefined => this.#discovery;
}

/** Connects, going to the provider as often as the server asks for it; the URLs of those visits. */
export async function signIn(
  assistant: Assistant,
  { mcpUrl, provider }: { readonly mcpUrl: string; readonly provider: RunningProvider },
): Promise<{ readonly client: Client; readonly visits: URL[] }> {
  const visits: URL[] = [];
  for (;;) {
    const client = new Client({ name: "dance", version: "1" });
    const transport = new StreamableHTTPClientTransport(new URL(mcpUrl), {
      authProvider: assistant,
    });
    try {
      await client.connect(transport);
      return { client, visits };
    } catch (error) {
      if (!(error instanceof UnauthorizedError) || !assistant.sentTo || visits.length > 3)
        throw error;
      visits.push(assistant.sentTo);
      const { searchParams } = await provider.browse(assistant.sentTo);
      await transport.finishAuth(searchParams);
      provider.consent.add("docs:read");
    }
  }
}
