import { openStorage } from '../open.ts';
import { everyContract } from '../storage.contract/every-noun.ts';
import { withMongo } from './testing.ts';

withMongo(({ url }) => {
  everyContract('MongoDB', () =>
    openStorage({ url, role: 'command', schema: 'migrate', waitUntilReady: true }),
  );
});
