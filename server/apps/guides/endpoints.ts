/** Endpoints for software that reads no discovery document; `npm run interop` compares them with it. */
export function endpointsOf(issuer: string) {
  return {
    authorization: `${issuer}/auth`,
    token: `${issuer}/token`,
    userinfo: `${issuer}/me`,
    endSession: `${issuer}/session/end`,
  };
}
