import { createRequire } from 'node:module';
import { pino } from 'pino';
import { AppError } from './errors.ts';
import { createLogOutput, type LogOutput } from './log-output.ts';

type Write = (facts: object, event: string) => void;

/** One event, one line. `facts` hold ids, codes and numbers; secrets are left out even where one slips in. */
export interface Log {
  debug: Write;
  info: Write;
  warn: Write;
  error: Write;
  /** The same log with these facts on every line. */
  child(facts: object): Log;
}

export interface LogOptions {
  level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** `auto` is text on a terminal and JSON elsewhere. */
  format: 'auto' | 'json' | 'text';
  /** Standard output, if absent. */
  destination?: LogOutput;
}

/** JSON lines for machines, or text for people. */
export function createLog({ level, format, destination }: LogOptions): Log {
  const forPeople = format === 'text' || (format === 'auto' && !destination && process.stdout.isTTY === true);
  const output = destination ?? createLogOutput(missingLines);
  const colorize = !destination && process.stdout.isTTY === true;
  const stream = forPeople ? readable(output, { colorize }) : output;
  const timestamp = pino.stdTimeFunctions.isoTime;
  // `tidy` has made facts of errors already; pino's own serializer would drop their causes.
  const serializers = { err: (facts: unknown) => facts };
  return fromPino(pino({ level, base: null, timestamp, serializers }, stream));
}

/** Says how many lines are not there, as one more line. */
const missingLines = (count: number) =>
  `${JSON.stringify({ level: 40, time: new Date().toISOString(), count, msg: 'log lines lost' })}\n`;

/** pino-pretty is loaded only here: a server that logs JSON runs without it. */
function readable(output: LogOutput, { colorize }: { colorize: boolean }): LogOutput {
  const { prettyFactory }: typeof import('pino-pretty') = createRequire(import.meta.url)('pino-pretty');
  // A signed checkpoint is for whoever keeps the log, and would push the setup link off the screen.
  const format = prettyFactory({
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss',
    colorize,
    ignore: 'checkpoint',
  });
  return { write: (line) => output.write(format(line)) };
}

type PinoLogger = ReturnType<typeof pino>;

function fromPino(logger: PinoLogger): Log {
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error'): Write =>
    (facts, event) => {
      if (logger.isLevelEnabled(level)) logger[level](tidy(facts) as object, cut(event));
    };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (facts) => fromPino(logger.child(tidy(facts) as object)),
  };
}

const longest = 2048;
const deepest = 5;
const widest = 50;
const secretName = /token|secret|cookie|authorization|password|assertion|verifier|proof|ticket/i;

/** A copy that is bounded in depth, width and length, with errors as facts and without what is named like a secret. */
function tidy(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return cut(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepest) return '[too deep]';
  if (value instanceof Error) return errorFacts(value, depth);
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, widest).map((item) => tidy(item, depth + 1));
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value).slice(0, widest))
    copy[cut(name)] = secretName.test(name)
      ? '[left out]'
      : tidy((value as Record<string, unknown>)[name], depth + 1);
  return copy;
}

/** What is known of an error. Fields that libraries add (queries, requests, tokens) are left out. */
function errorFacts(error: Error, depth: number): object {
  const { cause } = error;
  return {
    type: error.name,
    ...('code' in error && { code: tidy(error.code, depth + 1) }),
    message: cut(error.message),
    ...(error instanceof AppError && { detail: tidy(error.detail), field: error.field }),
    stack: cut(error.stack ?? ''),
    ...(cause !== undefined && { cause: tidy(cause, depth + 1) }),
  };
}

function cut(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}… (${text.length} characters)`;
}
