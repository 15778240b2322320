import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { openStorage } from '../open.ts';
import { everyContract } from '../storage.contract/every-noun.ts';

const folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
const url = `sqlite:${join(folder, 'latchkey.sqlite')}`;

everyContract('SQLite', () => openStorage({ url, role: 'command', schema: 'migrate', waitUntilReady: true }));

after(() => rmSync(folder, { recursive: true }));
