import { AppError, ConfigError, type ErrorCode, StorageError } from '../errors.ts';
import { ServerError } from './remote/server-error.ts';
import { storageRemedies } from './storage-remedies.ts';

interface Failure {
  error: string;
  message: string;
  field?: string;
  reasons?: string[];
}

/** For people: the sentence, then every reason on a line of its own. */
export function failureLines(error: unknown): string {
  const { message, reasons = [] } = failureOf(error);
  return [message, ...reasons.map((reason) => `  ${reason}`)].join('\n');
}

export function failureJson(error: unknown): string {
  return JSON.stringify(failureOf(error));
}

/** Whoever runs a command has the machine, so the precise reason, which pages keep back, is shown here. */
function failureOf(error: unknown): Failure {
  if (error instanceof AppError) return refusal(error);
  if (error instanceof ServerError) return { error: error.reason, message: error.message };
  if (error instanceof ConfigError) return settingsFailure(error);
  if (error instanceof StorageError)
    return {
      error: `storage_${error.reason}`,
      message: `The storage cannot be used: ${withoutPassword(error.message)}`,
      reasons: [storageRemedies[error.reason]],
    };
  const { code, message } = error as NodeJS.ErrnoException;
  return { error: code ?? 'internal', message: withoutPassword(message) };
}

/** What these say of themselves is for people at a page, and adds nothing to a precise sentence. */
const vague: readonly ErrorCode[] = ['conflict', 'forbidden', 'not_found'];

const nextSteps: Partial<Record<ErrorCode, string>> = {
  last_administrator: '`latchkey user invite NAME --administrator` invites another one.',
};

function refusal({ code, message, field, detail }: AppError): Failure {
  const facts = { error: code, ...(field !== undefined && { field }) };
  if (code === 'unavailable' && detail)
    return { ...facts, message: `${asSentence(detail)} \`latchkey doctor\` says more.` };
  // An id is no sentence.
  if (vague.includes(code) && detail?.includes(' ')) return { ...facts, message: asSentence(detail) };
  const reasons = [detail, nextSteps[code]].flatMap((text) => text?.split('\n') ?? []);
  return { ...facts, message, ...(reasons.length > 0 && { reasons }) };
}

function settingsFailure({ problems }: ConfigError): Failure {
  const [first = '', ...others] = problems;
  if (others.length === 0) return { error: 'settings', message: first };
  return { error: 'settings', message: 'Settings are wrong or missing:', reasons: [...problems] };
}

function asSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

/** `mongodb://user:password@host` without the password. */
export function withoutPassword(text: string): string {
  return text.replace(/(\/\/[^\s:/@]+):[^\s@/]+@/g, '$1:…@');
}
