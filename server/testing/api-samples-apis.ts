/** Requests about APIs that administrators define. */
import type { Office } from './api-office.ts';
import type { Sample } from './api-samples.ts';

const audience = 'https://invoices.example.com';
const invoices = {
  audience,
  name: 'Invoices',
  scopes: [{ name: 'read', sentence: 'Read your invoices.' }],
};
const define = (office: Office) => office.machine.apis.add(invoices);
const noApi = { input: () => ({ api: 'https://none.example.com' }) };

export const apisSamples: Record<string, Sample> = {
  'apis.list': { prepare: define },
  'apis.show': { prepare: define, input: () => ({ api: audience }), errors: { not_found: noApi } },
  'apis.add': {
    input: () => ({ ...invoices, apps: [{ id: 'wiki', people: ['read'], machine: [] }] }),
    errors: {
      not_found: { input: () => ({ ...invoices, apps: [{ id: 'no-app', people: ['read'], machine: [] }] }) },
    },
  },
  'apis.update': {
    prepare: define,
    input: () => ({ api: audience, name: 'Bills', revision: 1 }),
    errors: {
      not_found: noApi,
      conflict: { prepare: define, input: () => ({ api: audience, name: 'Bills', revision: 99 }) },
    },
  },
  'apis.remove': { prepare: define, input: () => ({ api: audience }), errors: { not_found: noApi } },
};
