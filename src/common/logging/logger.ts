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
  return destination === undefined ? pino(options) : pino(options, destination);
}
