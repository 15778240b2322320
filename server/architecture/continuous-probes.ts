/** What is looked at with every request: its time, its nonce, and whether its certificate was revoked meanwhile. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { ask } from './caller.ts';
import {
  authorityOf,
  certificateFor,
  compared,
  type ManagerContext,
  managerOf,
  minute,
  said,
} from './manager-context.ts';
import { type Probe, probe } from './verify.ts';

const freshness = probe<ManagerContext, { windowSeconds: number }>({
  control: 'freshness',
  kind: 'ZeroTrust',
  parameters: z.strictObject({ windowSeconds: z.int().positive() }),
  async run({ windowSeconds }, context) {
    const manager = managerOf(context);
    const as = certificateFor(manager, 'provider');
    const half = (windowSeconds / 2) * 1000;
    const at = async (ahead: number) => said(await ask(manager, { as, ahead }));
    return compared([
      ['of now', 'answer', await at(0)],
      [`${half / 1000 + 2} s old`, 'refused', await at(-half - 2000)],
      [`${half / 1000 + 2} s ahead`, 'refused', await at(half + 2000)],
      [`${half / 1000 - 5} s old`, 'answer', await at(-half + 5000)],
    ]);
  },
});

const replay = probe<ManagerContext, { refused: true }>({
  control: 'replay-refused',
  kind: 'ZeroTrust',
  parameters: z.strictObject({ refused: z.literal(true) }),
  async run(_refused, context) {
    const manager = managerOf(context);
    const question = { as: certificateFor(manager, 'provider'), nonce: randomUUID() };
    return compared([
      ['the first time', 'answer', said(await ask(manager, question))],
      ['the second time', 'refused', said(await ask(manager, question))],
    ]);
  },
});

const revocation = probe<ManagerContext, { withinSeconds: number }>({
  control: 'revocation',
  kind: 'ZeroTrust',
  parameters: z.strictObject({ withinSeconds: z.int().positive() }),
  async run({ withinSeconds }, context) {
    const manager = managerOf(context);
    const { sign, revoke } = authorityOf(manager);
    const [name = 'provider'] = manager.identities.keys();
    const now = Date.now();
    const shape = { name, notBefore: now - minute, notAfter: now + 10 * minute, revocable: true };
    const as = await sign(shape);
    const before = said(await ask(manager, { as }));
    await revoke(as.serialNumber);
    const expected = `answer before, no answer within ${withinSeconds} s after it was revoked`;
    for (const until = Date.now() + withinSeconds * 1000; Date.now() < until; await delay(1000)) {
      context.onWait?.('until the passkey manager knows what was revoked');
      const seconds = Math.ceil((Date.now() - now) / 1000);
      if ((await ask(manager, { as })) === 'no answer')
        return {
          expected,
          seen: `${before} before, no answer after ${seconds} s`,
          matches: before === 'answer',
        };
    }
    return { expected, seen: `${before} before, and still after ${withinSeconds} s`, matches: false };
  },
});

export const continuousProbes: readonly Probe<ManagerContext>[] = [freshness, replay, revocation];
