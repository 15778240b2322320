import { describe } from 'node:test';
import { withMongo } from '../../adapters/mongo/testing.ts';
import { openManager } from '../testing/authenticator-ceremonies.ts';
import { passkeyAuthorizationContract } from './authorization.contract.ts';
import { passkeyManagerContract } from './manager.contract.ts';
import { passkeyReceiptsContract } from './receipts.contract.ts';

describe('passkey manager on SQLite', () => {
  passkeyManagerContract(() => openManager());
  passkeyAuthorizationContract(() => openManager());
  passkeyReceiptsContract(() => openManager());
});

describe('passkey manager on MongoDB', () =>
  withMongo(({ url }) => {
    passkeyManagerContract(() => openManager(url));
    passkeyAuthorizationContract(() => openManager(url));
    passkeyReceiptsContract(() => openManager(url));
  }));
