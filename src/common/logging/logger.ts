import { pino, type DestinationStream, type Logger } from 'pino';
import { describeError } from './describe-error.js';

/** The service's logger: JSON lines on standard output. Errors are described without their messages. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeError },
  };
  return pino(options, destination ?? standardOutput());
}

/** Gathers lines for at most a tenth of a second, or 4 KiB: a system call for each would cost more than a cached answer. */
function standardOutput(): DestinationStream {
  return pino.destination({ sync: false, minLength: 4_096, periodicFlush: 100 });
}
