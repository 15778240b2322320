import assert from 'node:assert/strict';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { describe, it } from 'node:test';
import { addressPrefix, createProvenanceReader } from './client-address.ts';

const gateways = createProvenanceReader(['10.0.0.0/8', 'fd00::/8']);

const read = (remoteAddress: string, headers: IncomingHttpHeaders) =>
  gateways({ socket: { remoteAddress }, headers } as unknown as IncomingMessage);

describe('where a request came from', () => {
  it('O17 believes no header of a stranger', () => {
    const headers = {
      host: 'a',
      'x-forwarded-for': '1.1.1.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'b',
    };
    assert.deepEqual(read('203.0.113.9', headers), {
      address: '203.0.113.9',
      host: 'a',
      encrypted: undefined,
      isTrusted: false,
    });
  });

  it('reads the headers of a trusted proxy, also where its IPv4 address is written as IPv6', () => {
    const headers = {
      host: 'inner',
      'x-forwarded-for': '198.51.100.7',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'login.example',
    };
    const expected = { address: '198.51.100.7', host: 'login.example', encrypted: true, isTrusted: true };
    assert.deepEqual(read('10.1.2.3', headers), expected);
    assert.deepEqual(read('::ffff:10.1.2.3', headers), expected);
  });

  it('O17 walks back from the nearest proxy and stops at the first that is not trusted', () => {
    const forwarded = (list: string) => read('10.0.0.1', { 'x-forwarded-for': list }).address;
    assert.equal(forwarded('6.6.6.6, 198.51.100.7, 10.0.0.2'), '198.51.100.7');
    assert.equal(forwarded('10.0.0.9, 10.0.0.2'), '10.0.0.9');
    assert.equal(forwarded('6.6.6.6, unknown, 10.0.0.2'), '10.0.0.2');
    assert.equal(forwarded('"><script>'), '10.0.0.1');
    assert.equal(forwarded(''), '10.0.0.1');
    assert.equal(forwarded('2001:DB8:0::1'), '2001:db8::1');
  });

  it('takes the word of the nearest proxy where several wrote', () => {
    assert.equal(read('10.0.0.1', { 'x-forwarded-proto': 'https, http' }).encrypted, false);
    assert.equal(read('10.0.0.1', { host: 'x', 'x-forwarded-host': 'evil, good' }).host, 'good');
  });

  it('counts what one subscriber holds as one', () => {
    assert.equal(addressPrefix('192.0.2.1'), '192.0.2.1');
    assert.equal(addressPrefix('::ffff:192.0.2.1'), '192.0.2.1');
    assert.equal(addressPrefix('2001:db8:1:2:3:4:5:6'), addressPrefix('2001:db8:1:2::9'));
    assert.notEqual(addressPrefix('2001:db8:1:2::1'), addressPrefix('2001:db8:1:3::1'));
    assert.equal(addressPrefix('nonsense'), 'unknown');
  });
});
