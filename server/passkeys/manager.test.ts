import { describe } from 'node:test';
import { withMongo } from '../../adapters/mongo/testing.ts';
import { openManager } from '../testing/authenticator-ceremonies.ts';
import { passkeyAuthorizationContract } from './authorization.contract.ts';
import { passkeyCarryContract } from './carry.contract.ts';
import { authenticatorFloorContract } from './floor.contract.ts';
import { passkeyManagerContract } from './manager.contract.ts';
import { passkeyReceiptsContract } from './receipts.contract.ts';
import { passkeyStepUpContract } from './step-up.contract.ts';

describe('passkey manager on SQLite', () => {
  passkeyManagerContract(() => openManager());
  passkeyAuthorizationContract(() => openManager());
  passkeyStepUpContract(() => openManager());
  authenticatorFloorContract((models) => openManager(undefined, models));
  passkeyReceiptsContract(() => openManager());
  passkeyCarryContract(() => openManager());
});

describe('passkey manager on MongoDB', () =>
  withMongo(({ url }) => {
    passkeyManagerContract(() => openManager(url));
    passkeyAuthorizationContract(() => openManager(url));
    passkeyStepUpContract(() => openManager(url));
    authenticatorFloorContract((models) => openManager(url, models));
    passkeyReceiptsContract(() => openManager(url));
    passkeyCarryContract(() => openManager(url));
  }));
