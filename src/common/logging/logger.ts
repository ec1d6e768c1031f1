import { pino, type DestinationStream, type Logger } from 'pino';
import { describeError } from './describe-error.js';
import { LineBatches } from './line-batches.js';

const MAX_BATCH_CHARACTERS = 16_384;
const MAX_WAIT_MS = 100;

/** The service's logger: JSON lines on standard output. Errors are described without their messages. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: timestamps(),
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeError },
  };
  return pino(options, destination ?? standardOutput());
}

/** The field with the time; lines of one millisecond share its text. */
function timestamps(): () => string {
  let atMs = NaN;
  let text = '';
  return () => {
    const nowMs = Date.now();
    if (nowMs !== atMs) {
      atMs = nowMs;
      text = `,"time":"${new Date(nowMs).toISOString()}"`;
    }
    return text;
  };
}

/**
 * Standard output, in batches. Whatever ends the process but a signal that cannot be handled, its last lines are written:
 * pino's own destination flushes itself at the exit, so what waits before it must be handed on first.
 */
function standardOutput(): DestinationStream {
  const flush = (): void => batches.flush();
  process.on('beforeExit', flush).on('exit', flush);
  const batches = new LineBatches(pino.destination({ sync: false }), {
    maxCharacters: MAX_BATCH_CHARACTERS,
    maxWaitMs: MAX_WAIT_MS,
  });
  return batches;
}
