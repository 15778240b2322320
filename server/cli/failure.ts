import { AppError, ConfigError, StorageError } from '../errors.ts';

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
  if (error instanceof AppError)
    return {
      error: error.code,
      message: error.message,
      ...(error.field === undefined ? {} : { field: error.field }),
      ...(error.detail === undefined ? {} : { reasons: error.detail.split('\n') }),
    };
  if (error instanceof ConfigError)
    return { error: 'settings', message: 'Settings are wrong or missing:', reasons: [...error.problems] };
  if (error instanceof StorageError)
    return {
      error: `storage_${error.reason}`,
      message: `The storage cannot be used: ${withoutPassword(error.message)}`,
    };
  const { code, message } = error as NodeJS.ErrnoException;
  return { error: code ?? 'internal', message: withoutPassword(message) };
}

/** `mongodb://user:password@host` without the password. */
export function withoutPassword(text: string): string {
  return text.replace(/(\/\/[^\s:/@]+):[^\s@/]+@/g, '$1:…@');
}
