import { describe } from 'node:test';
import { withMongo } from '../../../adapters/mongo/testing.ts';
import { openRemoteManager } from '../../testing/remote-manager.ts';
import { passkeyAuthorizationContract } from '../authorization.contract.ts';
import { passkeyCarryContract } from '../carry.contract.ts';
import { authenticatorFloorContract } from '../floor.contract.ts';
import { passkeyManagerContract } from '../manager.contract.ts';
import { passkeyStepUpContract } from '../step-up.contract.ts';

describe('passkey manager over mutual TLS, on SQLite', () => {
  passkeyManagerContract(() => openRemoteManager());
  passkeyAuthorizationContract(() => openRemoteManager());
  passkeyStepUpContract(() => openRemoteManager());
  authenticatorFloorContract((models) => openRemoteManager(undefined, models));
  passkeyCarryContract(() => openRemoteManager());
});

describe('passkey manager over mutual TLS, on MongoDB', () =>
  withMongo(({ url }) => {
    passkeyManagerContract(() => openRemoteManager(url));
    passkeyAuthorizationContract(() => openRemoteManager(url));
    passkeyStepUpContract(() => openRemoteManager(url));
    authenticatorFloorContract((models) => openRemoteManager(url, models));
    passkeyCarryContract(() => openRemoteManager(url));
  }));
