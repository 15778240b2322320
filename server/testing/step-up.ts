/** How a person answers the pages between an authorization request and its answer, and which pages these were. */
import assert from 'node:assert/strict';
import type { StepUpScript } from '../../views/page-data.ts';
import type { SoftwareAuthenticator } from './authenticator.ts';
import { type Answer, pageData, type TestBrowser } from './browser.ts';
import { allow, answerSignIn, json } from './journeys.ts';

export interface StepUpPage extends StepUpScript {
  options?: Parameters<SoftwareAuthenticator['get']>[0];
}

export interface Visit {
  /** The kinds of pages, in order. */
  pages: string[];
  /** Where it ended: the app's address. */
  answer: URLSearchParams;
  /** What the app was told. */
  code: string | undefined;
  error: string | undefined;
}

interface Person {
  /** Signs in where anybody may. */
  usual: TestBrowser;
  /** What they do on the step-up page: use another passkey, go on without, or go back. */
  stepUp: TestBrowser | 'skip' | 'abort';
}

/** Follows a request to its end; a request that leads in circles fails. */
export async function visit({ usual, stepUp }: Person, url: string): Promise<Visit> {
  const pages: string[] = [];
  let answer = await usual.follow(url);
  while (answer.status === 200) {
    const { kind } = pageData<{ kind: string }>(answer);
    pages.push(kind);
    assert.ok(pages.length <= 4, `in circles: ${pages}`);
    answer = await usual.follow(await next(kind, answer));
  }
  assert.ok(answer.location, `${answer.status} ${answer.text.slice(0, 400)}`);
  const told = new URL(answer.location).searchParams;
  return { pages, answer: told, code: told.get('code') ?? undefined, error: told.get('error') ?? undefined };

  async function next(kind: string, page: Answer): Promise<string> {
    if (kind === 'consent') return allow(usual, page);
    if (kind !== 'step-up') return answerSignIn(usual, page);
    if (typeof stepUp === 'object') return answerSignIn(stepUp, page);
    const address = pageData<StepUpPage>(page).urls[stepUp];
    assert.ok(address, `no ${stepUp} on this page`);
    const done = await usual.post(address, {});
    assert.equal(done.status, 200, done.text);
    return json<{ location: string }>(done).location;
  }
}
