import { auditPage } from './console/audit.ts';
import { keysPage } from './console/keys.ts';
import { metadataPage, modelPage } from './console/metadata/pages.ts';
import { policyPage } from './console/policies/edit.ts';
import { policiesPage } from './console/policies/list.ts';
import { sessionsPage, tracePage } from './console/sessions.ts';
import { type SystemData, systemPage } from './console/system.ts';
import { atConsole, day, events, hour, now, people, sessions } from './gallery-console.ts';
import type { Sample } from './gallery-samples.ts';

const rule = {
  deviceBound: true,
  attestationVerified: true,
  leastCertification: 'FIDO_CERTIFIED_L2',
  keyProtection: ['hardware', 'secure_element'],
  allowedModels: ['2fc0579f-8113-47ea-b116-bb5a8db9202a'],
  leastPasskeys: 2,
  effectiveFrom: now + 30 * day,
  olderPasskeys: 'accept',
};
const models = { '2fc0579f-8113-47ea-b116-bb5a8db9202a': 'YubiKey 5 Series with NFC' };

const ruleFields = {
  attestation: 'direct',
  isEnterprise: false,
  allowedModels: Object.keys(models).join('\n'),
  deniedModels: '',
  leastCertification: 'FIDO_CERTIFIED_L2',
  keyProtection: rule.keyProtection,
  isDeviceBound: true,
  isAttestationVerified: true,
  vendors: '',
  refusedStatuses: '',
  leastPasskeys: '2',
  effectiveFrom: '2026-12-24',
  olderPasskeys: 'accept',
};

const dryRun = {
  people: 1190,
  turnedAway: 214,
  newlyTurnedAway: 214,
  installation: { people: 1190, turnedAway: 0 },
  groups: [{ id: 'g1', name: 'Editors', people: 212, turnedAway: 214 }],
  apps: [],
  fewPasskeys: 31,
  administrators: { people: 2, able: 2 },
  inForceAt: now + 30 * day,
  examples: people.slice(0, 3).map(({ id, userName }) => ({ id, userName, by: ['the group Editors'] })),
};

const modelRow = {
  aaguid: '2fc0579f-8113-47ea-b116-bb5a8db9202a',
  name: 'YubiKey 5 Series with NFC',
  iconUrl: '/models/sample.png',
  statuses: ['FIDO_CERTIFIED_L2'],
  keyProtection: ['hardware', 'secure_element'],
  source: 'fido' as const,
};

const system: SystemData = {
  version: '0.1.0',
  storage: 'sqlite',
  schema: { stored: 4, code: 4 },
  passkeys: 'here',
  settings: [
    {
      name: 'LATCHKEY_ISSUER',
      about: 'The address people see.',
      byDefault: 'http://localhost:3000',
      value: 'https://login.example.com',
      source: 'environment',
      isSecret: false,
    },
    {
      name: 'LATCHKEY_SECRET',
      about: 'Everything stored is sealed with it.',
      byDefault: '',
      source: 'file',
      isSecret: true,
    },
    {
      name: 'LATCHKEY_DEMO',
      about: 'Whether there is a demo app.',
      byDefault: 'auto',
      source: 'default',
      isSecret: false,
    },
  ],
};

/** Rules, metadata, sessions, audit, keys and settings. */
export const systemSamples: Readonly<Record<string, Sample>> = {
  'console-policies': (page) =>
    policiesPage(atConsole(page), {
      installation: {},
      groups: [{ id: 'g1', name: 'Editors', rule }],
      apps: [],
      models,
      mayChange: true,
    }),
  'console-policy': (page) =>
    policyPage(atConsole(page), {
      scope: 'group:g1',
      name: 'Editors',
      fields: ruleFields,
      dryRun,
      mayChange: true,
      problems: { leastPasskeys: 'must be at most 10' },
    }),
  'console-metadata': (page) =>
    metadataPage(atConsole(page), {
      status: {
        source: 'https://mds3.fidoalliance.org/',
        metadata: { no: 214, nextUpdate: now + 9 * day, takenAt: now - day, isCurrent: true, models: 331 },
        local: 1,
        attempt: { at: now - hour, result: 'unchanged', failures: 0 },
        nextAt: now + 23 * hour,
      },
      search: 'yubi',
      models: [
        modelRow,
        {
          ...modelRow,
          aaguid: 'ee882879-721c-4913-9775-3dfcce97072a',
          name: 'YubiKey 5 Series',
          statuses: ['FIDO_CERTIFIED_L1', 'USER_VERIFICATION_BYPASS'],
        },
      ],
      mayRefresh: true,
    }),
  'console-model': (page) =>
    modelPage(atConsole(page), { model: { ...modelRow, attestationTypes: ['basic_full'], passkeys: 198 } }),
  'console-sessions': (page) =>
    sessionsPage(atConsole(page), {
      filters: { person: 'sample.person' },
      sessions,
      about: { kind: 'person', id: 'p1', name: 'Sample Person' },
      problems: {},
      mayEnd: true,
    }),
  'console-sessions-ask': (page) =>
    sessionsPage(atConsole(page), { filters: {}, mayEnd: true, problems: {} }),
  'console-sessions-app': (page) =>
    sessionsPage(atConsole(page), {
      filters: { app: 'field-notes' },
      grants: [
        {
          id: 'g',
          person: { id: 'p1', name: 'Sample Person' },
          scopes: ['openid', 'profile'],
          since: now - day,
        },
      ],
      about: { kind: 'app', id: 'field-notes', name: 'Field Notes' },
      mayEnd: true,
      problems: {},
    }),
  'console-trace': (page) =>
    tracePage(atConsole(page), {
      kind: 'access token',
      app: { id: 'field-notes', name: 'Field Notes' },
      person: { id: 'p1', name: 'Sample Person' },
      signIns: [{ id: '3f9ab1', at: now - hour, passkey: { id: 'k1', name: 'Key in the drawer' } }],
    }),
  'console-audit': (page) =>
    auditPage(atConsole(page), { filters: {}, events, live: { newest: 'e1' }, next: 'e4' }),
  'console-keys': (page) =>
    keysPage(atConsole(page), {
      signingKeys: [
        { id: 'sig-2026-12', algorithm: 'ES256', status: 'next', createdAt: now - 19 * day },
        {
          ...{ id: 'sig-2026-11', algorithm: 'ES256', status: 'current' as const },
          ...{ createdAt: now - 20 * day, changesAt: now + 70 * day },
        },
        {
          ...{ id: 'sig-2026-08', algorithm: 'RS256', status: 'retired' as const },
          ...{ createdAt: now - 110 * day, endsAt: now + 11 * day },
        },
      ],
      mayRotate: true,
      receiptKeys: [{ id: 'rec-2026-11', algorithm: 'ES256', status: 'next' }],
      certificates: [
        {
          name: 'spiffe://example.com/provider',
          serialNumber: '4f1c99a2',
          notBefore: now - 80 * day,
          notAfter: now + 12 * day,
        },
      ],
    }),
  'console-system': (page) => systemPage(atConsole(page), system),
  'console-system-examined': (page) =>
    systemPage(atConsole(page), {
      ...system,
      schema: { stored: 3, code: 4 },
      findings: [
        { state: 'ok', check: 'storage', says: 'It can be written.' },
        { state: 'skipped', check: 'passkeys', says: 'It runs here.' },
        {
          state: 'warning',
          check: 'backups',
          says: 'The latest copy is 9 days old.',
          remedy: 'Make one every day.',
        },
        { state: 'failed', check: 'issuer', says: 'Another server answers there.' },
      ],
    }),
};
