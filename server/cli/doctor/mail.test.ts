import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startMailReceiver } from '../../testing/mail-receiver.ts';
import { examineMail } from './mail.ts';

describe('what the doctor says of mail', () => {
  const from = 'login@example.com';

  it('is nothing to worry about where none is set', async () => {
    assert.equal((await examineMail({ mail: undefined })).state, 'skipped');
  });

  it('tells whether the server answers, and shows no password', async () => {
    await using receiver = await startMailReceiver();
    const finding = (password: string, port = receiver.port) =>
      examineMail({ mail: { url: `smtp://user:${password}@localhost:${port}`, from, ofRequests: true } });
    assert.equal((await finding('right')).state, 'ok');
    for (const wrong of [await finding('wrong-secret'), await finding('right', 1)]) {
      assert.equal(wrong.state, 'failed');
      assert.doesNotMatch(JSON.stringify(wrong), /wrong-secret|right/);
    }
    assert.deepEqual(receiver.mails, []);
  });
});
