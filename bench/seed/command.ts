import { parseArgs } from 'node:util';
import { openStorage } from '../../adapters/open.ts';
import { readConfig } from '../../server/config.ts';
import { createVault } from '../../server/oidc/vault.ts';
import { checkInstallation } from '../../server/secret/check-installation.ts';
import { openSecret } from '../../server/secret/secret-file.ts';
import { openBulkWriter } from './in-bulk.ts';
import { seed } from './seed.ts';

/** Settings come from the environment, as the server has them; `--storage` is another address. */
export async function seedCommand(): Promise<void> {
  const { values } = parseArgs({
    allowPositionals: true,
    options: { people: { type: 'string', default: '1000000' }, storage: { type: 'string' } },
  });
  const config = readConfig({
    ...process.env,
    ...(values.storage !== undefined && { LATCHKEY_STORAGE: values.storage }),
  });
  const [people, begun] = [Number(values.people), Date.now()];
  if (!Number.isInteger(people) || people < 1) throw new Error('--people needs a number');
  const secret = openSecret(config);
  await using storage = await openStorage({
    url: config.storageUrl,
    role: 'command',
    schema: 'migrate',
    waitUntilReady: true,
  });
  await checkInstallation(storage.installation, { secret, now: begun });
  await using writer = storage.engine === 'mongodb' ? await openBulkWriter(config.storageUrl) : undefined;
  const vault = createVault(secret);
  await seed({ storage, vault, people, now: begun, writer, onProgress: progress(begun) });
  console.log(`${people} people in ${Math.round((Date.now() - begun) / 1000)} s`);
}

function progress(begun: number): (share: number) => void {
  let told = -1;
  return (share) => {
    const percent = Math.floor(share * 100);
    if (percent === told) return;
    told = percent;
    process.stderr.write(`\rSeeding … ${percent} %, ${Math.round((Date.now() - begun) / 1000)} s`);
    if (percent === 100) process.stderr.write('\n');
  };
}
