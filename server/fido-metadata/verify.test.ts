import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { rootCertificates } from 'node:tls';
import { pemBlocks } from '../service-identity/pem.ts';
import { Extension, KeyUsageFlags, SubjectAlternativeNameExtension } from '../service-identity/x509.ts';
import {
  type CertificateShape,
  createMetadataAuthority,
  type Signer,
} from '../testing/metadata-authority.ts';
import { brokenKey, dateOf, entrySample, exampleKey, payloadSample } from '../testing/metadata-payload.ts';
import { packBlob, unpackBlob, verifyKept, verifyNew } from './blob.ts';
import type { Trust } from './chain.ts';
import { MetadataError, type MetadataReason } from './refusal.ts';
import { pinnedRoots, pinnedSigner } from './roots.ts';

const day = 24 * 60 * 60 * 1000;
const authority = await createMetadataAuthority();
const stranger = await createMetadataAuthority();
const certificatesIn = (pem: string) => pemBlocks(pem, 'CERTIFICATE').map((der) => new X509Certificate(der));
const trust: Trust = { roots: certificatesIn(authority.roots), authority: 'a test' };
const noLists = async () => {
  throw new Error('not to be had');
};

interface Taken {
  trust?: Trust;
  highest?: number;
  now?: number;
  fetchList?: (url: string) => Promise<Buffer>;
}

function take(
  text: string,
  { trust: given = trust, highest = 0, now = Date.now(), fetchList = noLists }: Taken = {},
) {
  return verifyNew(text, { trust: given, highest, revocation: { now, fetchList } });
}

async function refused(attempt: Promise<unknown>, reason: MetadataReason): Promise<void> {
  await assert.rejects(attempt, (error) => {
    assert.ok(error instanceof MetadataError, String(error));
    assert.equal(error.reason, reason, error.message);
    return true;
  });
}

const blob = authority.signer.sign(payloadSample());
const cut = (text: string, index: number, replacement: string) =>
  text
    .split('.')
    .map((part, i) => (i === index ? replacement : part))
    .join('.');

describe('a blob of FIDO metadata', () => {
  it('W9 is taken with its models when everything holds', async () => {
    const { payload, listsMissing } = await take(blob);
    assert.equal(payload.no, 10);
    assert.deepEqual(
      payload.models.map(({ aaguid }) => aaguid),
      [exampleKey, brokenKey],
    );
    assert.deepEqual(listsMissing, []);
  });

  it('is kept in less room, and comes out as it was signed', async () => {
    const text = authority.signer.sign({ ...payloadSample(), legalHeader: 'again and '.repeat(10_000) });
    const packed = await packBlob(text);
    assert.ok(packed.length < text.length / 10);
    assert.equal(await unpackBlob(packed), text);
  });

  const [head = '', body = '', signature = ''] = blob.split('.');
  const other = Buffer.from(JSON.stringify(payloadSample({ no: 11 }))).toString('base64url');
  const none = Buffer.from(JSON.stringify({ alg: 'none', x5c: authority.signer.x5c })).toString('base64url');
  const altered: [what: string, text: string, reason: MetadataReason][] = [
    ['with another payload', cut(blob, 1, other), 'signature_wrong'],
    ['with another signature', cut(blob, 2, `${'A'.repeat(84)}AA`), 'signature_wrong'],
    ['without a signature', `${head}.${body}.`, 'truncated'],
    ['that ends within the payload', `${head}.${body.slice(0, 40)}`, 'truncated'],
    ['that ends within the signature', blob.slice(0, -4), 'truncated'],
    ['that ends within the header', head.slice(0, 60), 'not_a_blob'],
    ['with a fourth part', `${blob}.x`, 'not_a_blob'],
    ['that is a page', '<html>Sign in to the network</html>', 'not_a_blob'],
    ['that is empty', '', 'not_a_blob'],
    ['with alg none', `${none}.${body}.`, 'truncated'],
    ['with alg none and a signature', `${none}.${body}.${signature}`, 'algorithm_not_allowed'],
    ['with a MAC instead', authority.signer.sign(payloadSample(), { alg: 'HS256' }), 'algorithm_not_allowed'],
    [
      'with an algorithm of another key',
      authority.signer.sign(payloadSample(), { alg: 'RS256' }),
      'signature_wrong',
    ],
    ['with a critical header', authority.signer.sign(payloadSample(), { crit: ['x'], x: 1 }), 'not_a_blob'],
    ['without certificates', authority.signer.sign(payloadSample(), { x5c: [] }), 'no_certificates'],
    [
      'with a certificate that is none',
      authority.signer.sign(payloadSample(), { x5c: ['AAAA'] }),
      'certificate_rules',
    ],
    ['of an unknown root', stranger.signer.sign(payloadSample()), 'other_root'],
    [
      'without the authority between',
      authority.signer.sign(payloadSample(), { x5c: authority.signer.x5c.slice(0, 1) }),
      'other_root',
    ],
    [
      'with the chain upside down',
      authority.signer.sign(payloadSample(), { x5c: authority.signer.x5c.toReversed() }),
      'chain_broken',
    ],
    [
      "with another signer's certificates",
      authority.signer.sign(payloadSample(), { x5c: stranger.signer.x5c }),
      'other_root',
    ],
    ['that is no JSON', authority.signer.sign(Buffer.from('{"no": 10')), 'not_json'],
    ['without a number', authority.signer.sign(payloadSample({ no: undefined })), 'wrong_shape'],
    ['with a number that is none', authority.signer.sign(payloadSample({ no: '10' })), 'wrong_shape'],
    ['without entries', authority.signer.sign(payloadSample({ entries: [] })), 'wrong_shape'],
    ['without a next update', authority.signer.sign(payloadSample({ nextUpdate: 'soon' })), 'wrong_shape'],
  ];
  for (const [what, text, reason] of altered)
    it(`W9 is refused ${what}: ${reason}`, () => refused(take(text), reason));

  it('W9 is refused below the highest number ever taken, and taken again at it', async () => {
    await refused(take(blob, { highest: 11 }), 'rollback');
    await refused(verifyKept(blob, { trust, highest: 11 }), 'rollback');
    assert.equal((await take(blob, { highest: 10 })).payload.no, 10);
  });

  it('is taken past its next update', async () => {
    const late = authority.signer.sign(payloadSample({ nextUpdate: dateOf(Date.now() - 27 * day) }));
    assert.equal((await take(late)).payload.no, 10);
  });
});

describe('the certificates of a blob', () => {
  const shapes: [string, { signer?: CertificateShape; intermediate?: CertificateShape }, MetadataReason][] = [
    ['the signer has expired', { signer: { notAfter: Date.now() - day } }, 'certificate_expired'],
    ['the signer is not valid yet', { signer: { notBefore: Date.now() + day } }, 'certificate_not_yet_valid'],
    [
      'the authority between has expired',
      { intermediate: { notAfter: Date.now() - day } },
      'certificate_expired',
    ],
    ['the signer is an authority', { signer: { ca: true } }, 'certificate_rules'],
    [
      'the key of the signer is for something else',
      { signer: { keyUsages: KeyUsageFlags.keyAgreement } },
      'certificate_rules',
    ],
    ['what is between is no authority', { intermediate: { ca: false } }, 'certificate_rules'],
    [
      'what is between may not issue',
      { intermediate: { keyUsages: KeyUsageFlags.digitalSignature } },
      'chain_broken',
    ],
    [
      'a critical extension is unknown',
      { signer: { extensions: [new Extension('1.2.3', true, new Uint8Array([5, 0]))] } },
      'certificate_rules',
    ],
    [
      'an extension stands twice',
      {
        signer: {
          extensions: [
            new Extension('1.2.3', false, new Uint8Array([5, 0])),
            new Extension('1.2.3', false, new Uint8Array([5, 0])),
          ],
        },
      },
      'certificate_rules',
    ],
    ['a certificate is signed with SHA-1', { signer: { hash: 'SHA-1' } }, 'certificate_rules'],
  ];
  for (const [what, shape, reason] of shapes)
    it(`W9 are refused where ${what}: ${reason}`, async () => {
      const signer = await authority.issue(shape);
      await refused(take(signer.sign(payloadSample())), reason);
    });

  it('must have been valid when the blob was issued: an old key makes nothing younger', async () => {
    const old = await authority.issue({ signer: { notAfter: Date.now() - 200 * day } });
    const then = old.sign(payloadSample({ nextUpdate: dateOf(Date.now() - 210 * day) }));
    const now = old.sign(payloadSample());
    await refused(take(then), 'certificate_expired');
    await refused(verifyKept(now, { trust, highest: 0 }), 'certificate_of_another_time');
    assert.equal((await verifyKept(then, { trust, highest: 0 })).no, 10);
  });

  it('are those that were pinned, which Node.js knows too', () => {
    const known = rootCertificates.map((pem) => new X509Certificate(pem).fingerprint256);
    const roots = certificatesIn(pinnedRoots);
    assert.equal(roots.length, 2);
    for (const root of roots) assert.ok(known.includes(root.fingerprint256), root.subject);
    for (const root of roots) assert.ok(root.validToDate.getTime() > Date.now() + 365 * day);
  });

  it("must be for FIDO's name where the roots are public: they issue for everybody", async () => {
    const named = { ...trust, signer: pinnedSigner };
    const signed = async (dns: string) => (await authority.issue({ signer: { dns } })).sign(payloadSample());
    await refused(take(blob, { trust: named }), 'wrong_signer');
    const others = ['evilfidoalliance.org', 'mds.fidoalliance.org.evil.example', 'login.example.com'];
    // Whoever runs another host of theirs, or takes over its name, gets a certificate for it below these roots.
    for (const dns of [...others, 'blog.fidoalliance.org', '*.fidoalliance.org', 'fidoalliance.org'])
      await refused(take(await signed(dns), { trust: named }), 'wrong_signer');
    assert.equal((await take(await signed('mds.fidoalliance.org'), { trust: named })).payload.no, 10);
  });

  it('are for no name that is only written within another one', async () => {
    const named = { ...trust, signer: pinnedSigner };
    for (const [type, value] of [
      ['url', 'https://login.example.com/, DNS:mds.fidoalliance.org'],
      ['dns', 'a, DNS:mds.fidoalliance.org'],
      ['email', 'a, DNS:mds.fidoalliance.org'],
    ] as const) {
      const extensions = [new SubjectAlternativeNameExtension([{ type, value }])];
      const signer = await authority.issue({ signer: { extensions } });
      await refused(take(signer.sign(payloadSample()), { trust: named }), 'wrong_signer');
    }
  });
});

describe('lists of revoked certificates', () => {
  const url = 'http://crl.example.com/list';
  const signed = (signer: Signer) => signer.sign(payloadSample());

  it('W9 stop a blob whose signer was revoked', async () => {
    const signer = await authority.issue({ signer: { crl: url } });
    const list = await authority.crl(signer, [signer.serialNumber]);
    await refused(take(signed(signer), { fetchList: async () => list }), 'certificate_revoked');
    await refused(
      take(signed(signer), { fetchList: async () => list, now: Date.now() + 2 * day }),
      'certificate_revoked',
    );
  });

  it('let one pass that is not on them', async () => {
    const signer = await authority.issue({ signer: { crl: url } });
    const list = await authority.crl(signer, ['4711']);
    assert.deepEqual((await take(signed(signer), { fetchList: async () => list })).listsMissing, []);
  });

  it('say nothing where they cannot be had, are foreign or are old, and are named then', async () => {
    const signer = await authority.issue({ signer: { crl: url } });
    const foreign = await stranger.crl(stranger.signer, [signer.serialNumber]);
    const old = await authority.crl(signer, []);
    const answers: Taken[] = [
      {},
      { fetchList: async () => foreign },
      { fetchList: async () => Buffer.from('<html>') },
      { fetchList: async () => old, now: Date.now() + 2 * day },
    ];
    for (const answer of answers) assert.deepEqual((await take(signed(signer), answer)).listsMissing, [url]);
  });
});

describe('entries of a blob', () => {
  it('that are not understood are counted, and take no other along', async () => {
    const wrong = [
      { ...entrySample(), aaguid: 'not an AAGUID' },
      entrySample({ aaguid: '00000000-0000-0000-0000-000000000000' }),
      entrySample({ aaguid: 'aaaaaaaa-0000-0000-0000-000000000001', description: 5 }),
      { ...entrySample(), statusReports: 'none' },
      { aaguid: exampleKey },
    ];
    const others = [null, 7, { aaid: '001A#0001' }, { attestationCertificateKeyIdentifiers: ['00'] }];
    const entries = [...wrong, ...others, entrySample()];
    const { payload } = await take(authority.signer.sign(payloadSample({ entries })));
    assert.equal(payload.entries, entries.length);
    assert.equal(payload.notUnderstood, wrong.length);
    assert.deepEqual(
      payload.models.map(({ name }) => name),
      ['Example Key 5'],
    );
  });

  it('are read in both spellings', async () => {
    const spelt = {
      aaguid: exampleKey.toUpperCase(),
      keyProtection: ['KEY_PROTECTION_HARDWARE', 'secure_element'],
      attestationTypes: ['ATTESTATION_BASIC_FULL', 'attca'],
      attestationRootCertificates: ['MI\r\n IB\n'],
    };
    const { payload } = await take(authority.signer.sign(payloadSample({ entries: [entrySample(spelt)] })));
    const [model] = payload.models;
    assert.equal(model?.aaguid, exampleKey);
    assert.deepEqual(model?.keyProtection, ['hardware', 'secure_element']);
    assert.deepEqual(model?.attestationTypes, ['basic_full', 'attca']);
    assert.deepEqual(model?.attestationRoots, ['MIIB']);
  });
});
