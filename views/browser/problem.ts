import type { ScriptWords } from '../page-data.ts';
import type { ScriptWord } from '../script-words.ts';
import { sentence } from './page.ts';
import { NetworkError, RequestError } from './post.ts';
import type { Said } from './says.ts';

/** What browsers throw, by name (WebAuthn L3 §5.1.3, §5.1.4), and what it means for a person. */
const browserErrors: Record<string, { word: ScriptWord; kind: Said['kind'] }> = {
  NotAllowedError: { word: 'browser.dismissed', kind: 'calm' },
  AbortError: { word: 'browser.stopped', kind: 'calm' },
  InvalidStateError: { word: 'browser.exists', kind: 'calm' },
  SecurityError: { word: 'browser.wrongSite', kind: 'problem' },
  NotSupportedError: { word: 'browser.notSupported', kind: 'problem' },
  ConstraintError: { word: 'browser.notCapable', kind: 'problem' },
};

/** The sentence for whatever went wrong. */
export function explain(words: ScriptWords, error: unknown): Said {
  if (error instanceof NetworkError)
    return problem(words, navigator.onLine ? 'script.network' : 'script.offline');
  if (error instanceof RequestError) return { kind: 'problem', text: requestProblem(words, error) };
  const known = browserErrors[browserErrorName(error)];
  if (known && words[known.word]) return { kind: known.kind, text: sentence(words, known.word) };
  return problem(words, 'browser.unknown');
}

/** In the page's language where the code is known, as the server said it otherwise. */
function requestProblem(words: ScriptWords, { code, message, reason }: RequestError): string {
  return (
    words[`reason.${reason}` as ScriptWord] ??
    words[`problem.${code}` as ScriptWord] ??
    (message || sentence(words, 'problem.internal'))
  );
}

function problem(words: ScriptWords, key: ScriptWord): Said {
  return { kind: 'problem', text: sentence(words, key) };
}

/** The library wraps what the browser threw. */
export function browserErrorName(error: unknown): string {
  const { name, cause } = error as Error;
  return cause instanceof DOMException ? cause.name : name;
}
