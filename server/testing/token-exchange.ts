/** Token exchange (RFC 8693) in tests. */
import type { AppUnderTest, Parameters, TokenAnswer } from './app-under-test.ts';

export const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';

/** Asks for a token of its own in exchange for another app's, with these headers. */
export const exchangeWith =
  (headers: Record<string, string>) =>
  (app: AppUnderTest, token: string, more: Parameters = {}): Promise<TokenAnswer> => {
    const fields = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: token,
      subject_token_type: accessTokenType,
      ...more,
    };
    return app.post('/token', fields, headers);
  };

export const exchange = exchangeWith({});
