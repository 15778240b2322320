import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findMismatch } from './mismatch.ts';

function at(origin: string, isSecureContext = true) {
  return { origin, hostname: new URL(origin).hostname, isSecureContext };
}

const login = {
  issuer: 'https://login.example.com',
  rpId: 'example.com',
  origins: ['https://login.example.com'],
};
const local = { issuer: 'http://localhost:3000', rpId: 'localhost', origins: ['http://localhost:3000'] };

describe('findMismatch', () => {
  it('finds nothing where everything fits', () => {
    assert.equal(findMismatch(at('https://login.example.com'), login), undefined);
    assert.equal(findMismatch(at('http://localhost:3000'), local), undefined);
  });

  it('finds nothing at a second origin for passkeys', () => {
    const told = { ...login, origins: [...login.origins, 'https://id.example.com'] };
    assert.equal(findMismatch(at('https://id.example.com'), told), undefined);
  });

  it('leads from a numeric address to the host name', () => {
    assert.deepEqual(findMismatch(at('http://127.0.0.1:3000'), local), {
      reason: 'wrongPlace.ipAddress',
      goTo: 'http://localhost:3000',
    });
    assert.equal(findMismatch(at('http://[::1]:3000'), local)?.goTo, 'http://localhost:3000');
  });

  it('names the issuer for another host, with what to put', () => {
    assert.deepEqual(findMismatch(at('https://sso.example.org'), login), {
      reason: 'wrongPlace.otherAddress',
      goTo: 'https://login.example.com',
      setting: 'LATCHKEY_ISSUER=https://sso.example.org',
    });
  });

  it('names the issuer for another port', () => {
    assert.equal(
      findMismatch(at('http://localhost:8080'), local)?.setting,
      'LATCHKEY_ISSUER=http://localhost:8080',
    );
  });

  it('sees TLS that ends at a proxy', () => {
    const told = { ...login, issuer: 'http://login.example.com', origins: ['http://login.example.com'] };
    assert.deepEqual(findMismatch(at('https://login.example.com'), told), {
      reason: 'wrongPlace.otherScheme',
      setting: 'LATCHKEY_ISSUER=https://login.example.com',
    });
  });

  it('leads from http to https where the issuer is right', () => {
    assert.deepEqual(findMismatch(at('http://login.example.com', false), login), {
      reason: 'wrongPlace.otherScheme',
      goTo: 'https://login.example.com',
    });
  });

  it('never proposes http outside localhost', () => {
    assert.equal(
      findMismatch(at('http://sso.example.org', false), login)?.setting,
      'LATCHKEY_ISSUER=https://sso.example.org',
    );
  });

  it('names the origins where the issuer is right but may not use passkeys', () => {
    const told = { ...login, origins: ['https://id.example.com'] };
    assert.deepEqual(findMismatch(at('https://login.example.com'), told), {
      reason: 'wrongPlace.originMissing',
      setting: 'LATCHKEY_PASSKEY_ORIGINS=example.com=https://id.example.com,https://login.example.com',
    });
  });

  it('names an RP ID that is neither the host nor a domain above it', () => {
    const told = { ...login, rpId: 'ample.com' };
    assert.deepEqual(findMismatch(at('https://login.example.com'), told), {
      reason: 'wrongPlace.rpIdForeign',
      setting: 'LATCHKEY_PASSKEY_ORIGINS=login.example.com=https://login.example.com',
    });
  });
});
