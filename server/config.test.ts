import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { doubtsAbout, readConfig } from './config.ts';
import { ConfigError } from './errors.ts';
import { generateRoot } from './secret/secret.ts';

type Environment = Record<string, string>;

const production = { LATCHKEY_ISSUER: 'https://login.example.com', LATCHKEY_SECRET: generateRoot() };

function problemsOf(env: Environment): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

function refuses(env: Environment, ...patterns: RegExp[]) {
  const problems = problemsOf(env);
  assert.equal(problems.length, patterns.length, problems.join('\n'));
  for (const [i, pattern] of patterns.entries()) assert.match(problems[i] ?? '', pattern);
}

describe('the settings', () => {
  it('hold for a newcomer without any', () => {
    const config = readConfig({ PATH: '/bin' });
    assert.equal(config.issuer, 'http://localhost:3000');
    assert.deepEqual(config.listen, { host: '127.0.0.1', port: 3000, setting: 'LATCHKEY_ISSUER' });
    assert.equal(config.storageUrl, 'sqlite:data/latchkey.sqlite');
    assert.deepEqual(config.relyingParties, [{ rpId: 'localhost', origins: ['http://localhost:3000'] }]);
    assert.ok(config.demo && config.onLocalhost && Object.isFrozen(config));
  });

  it('hold for a server behind a gateway', () => {
    const config = readConfig({
      ...production,
      LATCHKEY_TRUSTED_PROXIES: '10.0.0.0/8, ::1',
      LATCHKEY_LISTEN_HOST: '0.0.0.0',
    });
    assert.deepEqual(config.trustedProxies, ['10.0.0.0/8', '::1/128']);
    assert.deepEqual(config.listen, { host: '0.0.0.0', port: 3000, setting: 'LATCHKEY_LISTEN_PORT' });
    assert.ok(!config.demo && !config.onLocalhost);
  });

  it('of a signer belong together: address and token, certificate and key, files and https', () => {
    const token = { LATCHKEY_SIGNER_TOKEN: generateRoot() };
    const signer = { ...production, ...token, LATCHKEY_SIGNER_URL: 'https://signer.internal:3444' };
    const certificate = { LATCHKEY_SIGNER_CERT_FILE: 'client.crt' };
    const key = { LATCHKEY_SIGNER_KEY_FILE: 'client.key' };
    assert.deepEqual(readConfig({ ...signer, ...certificate, ...key }).signingKeys.signer?.files, {
      ...{ certificate: 'client.crt', key: 'client.key' },
    });
    refuses({ ...signer, ...certificate }, /^LATCHKEY_SIGNER_KEY_FILE must name .*both, or neither/);
    refuses({ ...signer, ...key }, /^LATCHKEY_SIGNER_CERT_FILE must name .*both, or neither/);
    refuses({ ...production, ...token }, /LATCHKEY_SIGNER_URL must .*leave LATCHKEY_SIGNER_TOKEN out/);
    const alone = { ...production, LATCHKEY_SIGNER_CA_FILE: 'ca.crt' };
    refuses(alone, /LATCHKEY_SIGNER_URL must .*leave LATCHKEY_SIGNER_CA_FILE out/);
    const open = { ...signer, ...certificate, ...key, LATCHKEY_SIGNER_URL: 'http://localhost:3444' };
    refuses(open, /LATCHKEY_SIGNER_CERT_FILE is for a signer behind TLS/);
    const all = { ...open, LATCHKEY_SIGNER_URL: 'http://signer.internal', LATCHKEY_SIGNER_TOKEN: 'short' };
    refuses(all, /SIGNER_CERT_FILE is for/, /outside localhost it must/, /SIGNER_TOKEN_FILE must/);
  });

  it('let apps be asked at loopback on localhost, and elsewhere in listed hosts and networks alone', () => {
    const listed = { LATCHKEY_OUTBOUND_ALLOW: '10.20.0.0/16, Notes.internal,10.1.2.3' };
    const own = ['10.20.0.0/16', 'notes.internal', '10.1.2.3/32'];
    assert.deepEqual(readConfig({}).outbound.allow, ['127.0.0.0/8', '::1/128']);
    assert.deepEqual(readConfig(listed).outbound.allow, [...own, '127.0.0.0/8', '::1/128']);
    assert.deepEqual(readConfig(production).outbound.allow, []);
    assert.deepEqual(readConfig({ ...production, ...listed }).outbound.allow, own);
    for (const wrong of ['in tranet', '10.0.0.0/33', 'https://notes.internal', '*.internal'])
      refuses({ LATCHKEY_OUTBOUND_ALLOW: wrong }, /LATCHKEY_OUTBOUND_ALLOW has .* not a/);
  });

  it('listen where the issuer on localhost says, or where they are told', () => {
    assert.equal(readConfig({ LATCHKEY_ISSUER: 'http://localhost:8080' }).listen.port, 8080);
    assert.equal(readConfig({ LATCHKEY_ISSUER: 'http://localhost' }).listen.port, 80);
    assert.equal(readConfig({ LATCHKEY_LISTEN_PORT: '0' }).listen.port, 0);
  });

  it('raise a doubt where people would look for the server at another port', () => {
    const doubts = (env: Environment) => doubtsAbout(readConfig(env)).join();
    assert.match(doubts({ LATCHKEY_LISTEN_PORT: '3050' }), /LATCHKEY_ISSUER=http:\/\/localhost:3050/);
    assert.equal(doubts({ LATCHKEY_LISTEN_PORT: '3050', LATCHKEY_TRUSTED_PROXIES: '127.0.0.1' }), '');
    assert.equal(doubts({ LATCHKEY_LISTEN_PORT: '3000' }), '');
    assert.equal(doubts(production), '');
  });

  it('that are misspelt are refused by name', () => {
    refuses({ LATCHKEY_ISUER: 'x' }, /^LATCHKEY_ISUER is not a setting/);
    refuses({ LATCHKEY_ISSUER_FILE: '/etc/issuer' }, /^LATCHKEY_ISSUER_FILE is not a setting/);
  });

  it('that are wrong are reported at once, each with what to put', () => {
    refuses(
      {
        LATCHKEY_ISSUER: 'login.example.com',
        LATCHKEY_LISTEN_PORT: '99999',
        LATCHKEY_LOG_LEVEL: 'loud',
        LATCHKEY_TRUSTED_PROXIES: 'gateway',
      },
      /^LATCHKEY_ISSUER must be an address/,
      /^LATCHKEY_LISTEN_PORT must be a whole number from 0 to 65535/,
      /^LATCHKEY_TRUSTED_PROXIES has "gateway", which is not an address/,
      /^LATCHKEY_LOG_LEVEL must be one of info, debug/,
    );
  });

  it('refuse an issuer with more than scheme, host and port', () => {
    for (const issuer of [
      'https://a.example/path',
      'https://a.example/?q',
      'https://u@a.example',
      'ftp://a.example',
      'https://',
    ])
      refuses({ ...production, LATCHKEY_ISSUER: issuer }, /^LATCHKEY_ISSUER must be/);
  });

  it('want https outside localhost, and a name rather than an IP address', () => {
    assert.ok(
      problemsOf({ ...production, LATCHKEY_ISSUER: 'http://login.example.com' })
        .join()
        .includes('must begin with https://'),
    );
    assert.ok(
      problemsOf({ LATCHKEY_ISSUER: 'http://127.0.0.1:3000' }).join().includes('Put http://localhost:3000'),
    );
  });

  it('make a secret by themselves for SQLite on localhost alone', () => {
    refuses({ LATCHKEY_ISSUER: 'https://login.example.com' }, /^LATCHKEY_SECRET_FILE must name a file/);
    refuses({ LATCHKEY_STORAGE: 'mongodb://127.0.0.1/x' }, /^LATCHKEY_SECRET_FILE must name a file/);
    refuses({ LATCHKEY_SECRET: 'short' }, /^LATCHKEY_SECRET must be at least 32 random bytes/);
  });

  it('read a secret from a file, never from two places, and say which file fails', () => {
    const folder = mkdtempSync(join(tmpdir(), 'config-'));
    const file = join(folder, 'secret');
    writeFileSync(file, `${production.LATCHKEY_SECRET}\n`);
    assert.equal(readConfig({ LATCHKEY_SECRET_FILE: file }).secret, production.LATCHKEY_SECRET);
    refuses({ LATCHKEY_SECRET: production.LATCHKEY_SECRET, LATCHKEY_SECRET_FILE: file }, /both set: use one/);
    refuses(
      { LATCHKEY_SECRET_FILE: join(folder, 'none') },
      /^LATCHKEY_SECRET_FILE names .*none, which cannot be read \(ENOENT\)\. Put/,
    );
    rmSync(folder, { recursive: true });
  });

  it('never repeat a secret in what they report', () => {
    const problems = problemsOf({ LATCHKEY_SECRET: 'hunter2', LATCHKEY_ISSUER: 'x' });
    assert.doesNotMatch(problems.join(), /hunter2/);
  });

  it('take origins for each RP ID, which must be below it and include the issuer', () => {
    const LATCHKEY_PASSKEY_ORIGINS =
      'example.com=https://login.example.com,https://id.example.com;example.org=https://example.org';
    const { relyingParties } = readConfig({ ...production, LATCHKEY_PASSKEY_ORIGINS });
    assert.deepEqual(
      relyingParties.map(({ rpId }) => rpId),
      ['example.com', 'example.org'],
    );
    const wrong = [
      'example.com',
      'example.com=https://evil.example',
      'example.com=http://login.example.com',
      'example.com=https://login.example.com/path',
      'ple.com=https://login.example.com',
    ];
    for (const value of wrong)
      assert.equal(problemsOf({ ...production, LATCHKEY_PASSKEY_ORIGINS: value }).length, 1, value);
    refuses(
      { ...production, LATCHKEY_PASSKEY_ORIGINS: 'example.com=https://id.example.com' },
      /must list the issuer/,
    );
  });

  it('refuse lifetimes that contradict each other, and a storage of no engine', () => {
    refuses(
      { LATCHKEY_REFRESH_TOKEN_IDLE_DAYS: '30', LATCHKEY_REFRESH_TOKEN_DAYS: '7' },
      /must not be more than/,
    );
    refuses(
      { LATCHKEY_STORAGE: 'postgres://x', LATCHKEY_SECRET: production.LATCHKEY_SECRET },
      /^LATCHKEY_STORAGE must begin with/,
    );
  });
});
