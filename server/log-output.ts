import { writeSync } from 'node:fs';

/** Standard output, by its descriptor: its stream would keep in memory whatever a slow reader does not take. */
const standardOutput = 1;

function writeToStandardOutput(bytes: Buffer): number {
  return writeSync(standardOutput, bytes);
}
/** Characters that may wait for a reader that is slow. */
const longestQueue = 1024 * 1024;
const retryAfter = 50;

export interface LogOutput {
  write(line: string): void;
}

/**
 * Where log lines go. Those of one turn of the event loop share one write; what is left is written when the process
 * ends. A reader that is gone, one that is too slow or a full disk never stops the server: such lines are dropped,
 * and before the next that gets through stands how many they were (threat F9).
 *
 * @param missing the line that tells of lines that are not there
 * @param write like `fs.writeSync`: how many bytes it took
 */
export function createLogOutput(
  missing: (count: number) => string,
  write: (bytes: Buffer) => number = writeToStandardOutput,
): LogOutput {
  let lines: string[] = [];
  /** What is left of a write that was taken in part. */
  let rest: Buffer = Buffer.alloc(0);
  let size = 0;
  let dropped = 0;
  let isDue = false;

  function drop(): void {
    dropped += lines.length;
    lines = [];
    size = 0;
  }

  /** Only once the line before is whole, so that what is read stays one object a line. */
  function writeLines(): void {
    const report = dropped > 0 ? missing(dropped) : '';
    const bytes = Buffer.from(report + lines.join(''));
    rest = bytes.subarray(write(bytes));
    [lines, size, dropped] = [[], 0, 0];
  }

  function flush(): void {
    isDue = false;
    try {
      if (rest.length > 0) rest = rest.subarray(write(rest));
      if (rest.length === 0 && lines.length > 0) writeLines();
    } catch (error) {
      if (!isBusy(error)) drop();
    }
    later();
  }

  function later(): void {
    if (rest.length > 0 || lines.length > 0) setTimeout(flush, retryAfter).unref();
  }

  // Once its stream was looked at, a pipe whose reader is stuck says so instead of stopping everything.
  if (write === writeToStandardOutput) void process.stdout;
  process.on('exit', flush);
  return {
    write(line) {
      lines.push(line);
      size += line.length;
      if (size > longestQueue) drop();
      if (!isDue) setImmediate(flush);
      isDue = true;
    },
  };
}

/** A pipe that is full for now. */
const isBusy = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'EAGAIN';
