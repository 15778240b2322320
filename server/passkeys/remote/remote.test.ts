import { describe } from 'node:test';
import { withMongo } from '../../../adapters/mongo/testing.ts';
import { openRemoteManager } from '../../testing/remote-manager.ts';
import { passkeyAuthorizationContract } from '../authorization.contract.ts';
import { passkeyManagerContract } from '../manager.contract.ts';

describe('passkey manager over mutual TLS, on SQLite', () => {
  passkeyManagerContract(() => openRemoteManager());
  passkeyAuthorizationContract(() => openRemoteManager());
});

describe('passkey manager over mutual TLS, on MongoDB', () =>
  withMongo(({ url }) => {
    passkeyManagerContract(() => openRemoteManager(url));
    passkeyAuthorizationContract(() => openRemoteManager(url));
  }));
