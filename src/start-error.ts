import { AppError } from './common/errors/app-error.js';
import { describeError } from './common/logging/describe-error.js';

/** What to do about faults of a start that have a known cure. */
const CURES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'The address of HOST and PORT is in use by another program: stop it, or set another PORT.',
  EADDRNOTAVAIL: 'HOST names no address of this machine.',
  EACCES: 'HOST and PORT may not be used without more rights: set a PORT above 1023.',
  ECONNREFUSED: 'The database of DATABASE_URL refuses connections: is it running?',
  ENOTFOUND: 'The host of DATABASE_URL is not known.',
  ETIMEDOUT: 'The database of DATABASE_URL does not answer.',
  '28P01': 'The database of DATABASE_URL refuses the user or the password.',
  '28000': 'The database of DATABASE_URL refuses the user.',
  '3D000': 'The database that DATABASE_URL names does not exist.',
};

/** `what` and one line for a fault with a known cure; else a description without content, for a bug report. */
export function explainError(what: string, error: unknown): string {
  const code = codeOf(error);
  const cure = code === undefined ? undefined : CURES[code];
  if (cure !== undefined) return `${what}: ${cure}`;
  // By name: the embedded engines are for development, and only what starts the process knows them.
  const isOneLine = error instanceof AppError || (error instanceof Error && error.name === 'EngineError');
  if (isOneLine) return `${what}: ${error.message}`;
  return `${what}: ${JSON.stringify(describeError(error), null, 2)}`;
}

function codeOf(error: unknown): string | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    if ('code' in current && typeof current.code === 'string') return current.code;
    if (current instanceof AggregateError) return codeOf(current.errors[0]);
  }
  return undefined;
}
