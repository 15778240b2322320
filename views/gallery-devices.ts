import type { Sample } from './gallery-samples.ts';
import { type ConsentItem, consentPage } from './pages/consent.ts';
import { confirmDevicePage, deviceConnectedPage, deviceDeclinedPage, userCodePage } from './pages/device.ts';
import { notAllowedPage } from './pages/not-allowed.ts';

const now = Date.UTC(2026, 10, 22, 12);
const person = { name: 'Sample Person', userName: 'sample.person' };
const providerForm = { action: '/device', xsrf: 'sample' };
const command = {
  appName: 'Latchkey command',
  userCode: 'WDJB-MJHT',
  address: '192.0.2.14',
  device: 'latchkey/1.0 (linux)',
  at: now - 60_000,
  now,
};

const items: readonly ConsentItem[] = [
  { scope: 'openid' },
  { scope: 'profile', ...person },
  { scope: 'attribute', label: 'Cost centre', value: 4711 },
  { scope: 'attribute', label: 'Room' },
  { scope: 'api', area: 'people', may: 'both' },
  { scope: 'api', area: 'audit', may: 'read' },
];

const notAllowed = {
  app: { name: 'Field Notes', host: 'notes.example.com' },
  person,
  reason: 'group' as const,
  urls: { another: '/answer/finish', abort: '/answer/abort' },
};

/** Pages for apps on other devices, and for who may not use an app. */
export const deviceSamples: Readonly<Record<string, Sample>> = {
  'consent-device': (page) =>
    consentPage(page, {
      app: { name: command.appName },
      person,
      items,
      urls: { consent: '/answer/finish', abort: '/answer/abort' },
    }),
  'user-code': (page) => userCodePage(page, providerForm),
  'user-code-problem': (page) =>
    userCodePage(page, { ...providerForm, typed: command.userCode, problem: 'unknown' }),
  'confirm-device': (page) => confirmDevicePage(page, { ...providerForm, ...command }),
  'device-connected': (page) => deviceConnectedPage(page, command),
  'device-declined': (page) => deviceDeclinedPage(page),
  'not-allowed': (page) => notAllowedPage(page, notAllowed),
  'not-allowed-administration': (page) => notAllowedPage(page, { ...notAllowed, reason: 'api' }),
};
