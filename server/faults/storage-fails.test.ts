import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createVault } from '../oidc/vault.ts';
import type { Answer } from '../testing/browser.ts';
import { onEachEngine } from '../testing/faulty-engines.ts';
import { accountFlows, enrolmentFlows, protocolFlows, setupFlows } from '../testing/faulty-flows.ts';
import { type Faults, injected, startFaultyInstallation } from '../testing/faulty-installation.ts';
import { addApp, type Flow, newCode, Refused, redeem, type Stage } from '../testing/faulty-steps.ts';
import { setUp } from '../testing/journeys.ts';

/** 503 with a time to come back, or the standard's own words for it; and nothing of what is inside. */
function assertClean({ status, headers, location, text }: Answer): void {
  for (const inside of [injected, 'StorageError', 'node_modules', '    at '])
    assert.ok(!text.includes(inside) && !location?.includes(inside), text);
  if (status < 400) {
    assert.equal(new URL(location ?? '').searchParams.get('error'), 'temporarily_unavailable');
    return;
  }
  assert.equal(status, 503, text);
  assert.ok(Number(headers.get('retry-after')) > 0);
  if (headers.get('content-type')?.includes('json'))
    assert.match(JSON.parse(text).error, /^(unavailable|temporarily_unavailable)$/);
}

/**
 * I1: nothing that lets a person in without a sign-in of that person. What was found is removed, so that the next
 * look is as quick.
 */
async function assertEverySessionWasSignedFor({ installation }: Stage): Promise<void> {
  const { storage, secret } = installation;
  const vault = createVault(secret);
  const { items } = await storage.accounts.list({ limit: 100 });
  for (const { id, sub } of items) {
    for (const model of ['Session', 'Grant'] as const) {
      for (const artifact of await storage.artifacts.listByAccount(sub, model)) {
        const signIn = await storage.signIns.findById(artifact.signInId ?? '');
        assert.equal(signIn?.accountId, id, `${model} without a sign-in`);
        assert.equal(vault.open<{ accountId: string }>(artifact).accountId, sub);
      }
    }
    await storage.artifacts.removeByAccount(sub);
  }
}

/** Breaks a flow off at each of its calls. Returns how many there are. */
async function breakOffEverywhere(flow: Flow, { stage, faults }: { stage: Stage; faults: Faults }) {
  const whole = await flow.prepare();
  faults.stop();
  await whole();
  const count = faults.calls.length;
  for (let n = 1; n <= count; n += 1) {
    const run = await flow.prepare();
    faults.failAt(n);
    const outcome = await run().catch((error) => error);
    const failedCall = faults.calls[n - 1] ?? 'none';
    faults.stop();
    if (outcome instanceof Error && !(outcome instanceof Refused)) throw outcome;
    if (outcome instanceof Refused)
      try {
        assertClean(outcome.answer);
      } catch (cause) {
        throw new Error(`call ${n} of ${count}, ${failedCall}: ${outcome.message}`, { cause });
      }
    await (await flow.prepare())();
    await assertEverySessionWasSignedFor(stage);
  }
  return count;
}

async function redeemCode(stage: Stage, code: Record<string, string>): Promise<string> {
  const { text } = await redeem(stage, code);
  return JSON.parse(text).refresh_token;
}

describe('a storage that fails', () => {
  onEachEngine((settings) => {
    let stage: Stage | undefined;
    let faults: Faults;

    before(async () => {
      const started = await startFaultyInstallation(settings);
      faults = started.faults;
      const browser = await setUp(started.installation);
      stage = { installation: started.installation, browser, party: await addApp(started.installation) };
    });
    after(() => stage?.installation[Symbol.asyncDispose]());

    for (const grantType of ['authorization_code', 'refresh_token']) {
      it(`F4 I2 at any call with a ${grantType}: it yields tokens once at most`, async () => {
        assert.ok(stage);
        for (let n = 1, reached = true; reached; n += 1) {
          const code = await newCode(stage);
          const parameters =
            grantType === 'authorization_code'
              ? code
              : { grant_type: grantType, refresh_token: await redeemCode(stage, code) };
          faults.failAt(n);
          const first = await redeem(stage, parameters);
          reached = faults.calls.length >= n;
          faults.stop();
          const again = await redeem(stage, parameters);
          if (first.status === 200) assert.match(again.text, /invalid_grant/);
          else if (again.status !== 200) assert.match(again.text, /invalid_grant/);
          await assertEverySessionWasSignedFor(stage);
        }
      });
    }

    for (const [kind, flows] of Object.entries({ protocolFlows, accountFlows, enrolmentFlows, setupFlows })) {
      it(`F4 at any call of the ${kind}: a clean answer, and the next try works`, async (test) => {
        assert.ok(stage);
        for (const flow of flows(stage)) {
          const calls = await breakOffEverywhere(flow, { stage, faults });
          test.diagnostic(`${flow.name}: ${calls} calls`);
          assert.ok(calls > 0, flow.name);
        }
      });
    }
  });
});
