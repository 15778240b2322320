/** What a gateway does with certificates of apps, at the name where it asks for them. */
import assert from 'node:assert/strict';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { ClientCertificate } from './certificates.ts';
import type { EdgeInstallation } from './installation.ts';

interface Asked {
  host: string;
  port: number;
  path?: string;
  shows?: ClientCertificate;
  headers?: Record<string, string>;
}

/** @returns what was shown */
export async function certificatesOfApps(edge: EdgeInstallation): Promise<string> {
  const { mtls, host, httpsPort } = edge;
  const added = await edge.latchkey(
    ...['app', 'add', 'Jobs', '--kind', 'machine', '--auth', 'tls_client_auth', '--api-scope', 'people:read'],
    ...['--certificate', 'subjectDn=CN=jobs,O=Example', '--certificate-bound-access-tokens', '--json'],
  );
  const { app } = JSON.parse(added) as { app: { id: string } };
  const fields = {
    grant_type: 'client_credentials',
    client_id: app.id,
    scope: 'people:read',
    resource: `${edge.issuer}/api/v1`,
  };
  const token = (asked: Omit<Asked, 'path'>) => send(edge, { ...asked, path: '/token' }, fields);
  const right = await token({ ...mtls, shows: mtls.right });
  assert.equal(right.status, 200, right.body);
  const bearer = {
    authorization: `Bearer ${(JSON.parse(right.body) as { access_token: string }).access_token}`,
  };
  const people = (asked: Asked) => send(edge, { ...asked, path: '/api/v1/people', headers: bearer });
  assert.equal((await people({ ...mtls, shows: mtls.right })).status, 200);
  assert.equal((await people(mtls)).status, 401, 'a token that is bound, without its certificate');
  assert.equal((await people({ host, port: httpsPort })).status, 401, 'at the issuer');

  const der = mtls.right.cert.replace(/-----[^-]+-----|\s/g, '');
  const forged = { 'client-cert': `:${der}:`, 'x-forwarded-host': `${mtls.host}:${mtls.port}` };
  const refused = [
    await token(mtls),
    await token({ ...mtls, headers: forged }),
    await token({ host, port: httpsPort, headers: forged }),
  ];
  for (const { status, body } of refused) assert.equal(status, 401, body);
  const wrong = await token({ ...mtls, shows: mtls.wrong }).catch((error: Error) => error);
  // Some break the handshake off, others answer that a certificate is wrong; none lets it in.
  assert.ok(wrong instanceof Error || [400, 401, 421, 495].includes(wrong.status), JSON.stringify(wrong));
  assert.equal((await send(edge, { ...mtls, path: '/account' })).status, 421, 'no page');
  return 'an app with its certificate gets a token that is good with it alone; none without, of another authority, or by a forged Client-Cert';
}

async function send(
  { authority }: EdgeInstallation,
  { host, port, path = '/', shows, headers = {} }: Asked,
  fields?: Record<string, string>,
): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const sent = request({
    ...{ host: '127.0.0.1', servername: host, port, path, ca: authority, agent: false, ...shows },
    method: fields ? 'POST' : 'GET',
    headers: {
      host: `${host}:${port}`,
      ...(fields && { 'content-type': 'application/x-www-form-urlencoded' }),
      ...headers,
    },
  });
  sent.on('error', reject).on('response', (answer) => {
    const { statusCode: status = 0 } = answer;
    text(answer).then((body) => resolve({ status, body }), reject);
  });
  sent.end(fields && String(new URLSearchParams(fields)));
  return promise;
}
