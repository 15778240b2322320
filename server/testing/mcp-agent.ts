import assert from 'node:assert/strict';
import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import type { OAuthClientInformationFull, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';

/** A program with the client library of MCP keeps what it registered, its tokens, and where it sent its person. */
export function createAgent(
  said: Pick<OAuthClientProvider, 'redirectUrl' | 'clientMetadata' | 'clientMetadataUrl'>,
) {
  const kept: {
    client?: Pick<OAuthClientInformationFull, 'client_id'>;
    tokens?: OAuthTokens;
    verifier?: string;
    sentTo?: URL;
  } = {};
  const provider: OAuthClientProvider = {
    ...said,
    clientInformation: () => kept.client,
    saveClientInformation: (client) => {
      kept.client = client;
    },
    tokens: () => kept.tokens,
    saveTokens: (tokens) => {
      kept.tokens = tokens;
    },
    redirectToAuthorization: (url) => {
      kept.sentTo = url;
    },
    saveCodeVerifier: (verifier) => {
      kept.verifier = verifier;
    },
    codeVerifier: () => kept.verifier ?? assert.fail('there is no verifier'),
  };
  return { kept, provider };
}
