import { pino, type Logger } from 'pino';
import { createLogger } from '../common/logging/logger.js';

/** Writes each line at once: a batch would wait in an environment that is frozen when it has answered, and may never wake. */
export function lambdaLogger(level: string): Logger {
  return createLogger(level, pino.destination({ sync: true }));
}
