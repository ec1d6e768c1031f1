import { errorCode } from './error-code.js';

/** The database cannot be used at all: no other file would fare better. `reason` never repeats an address or a password. */
export class DatabaseUnusable extends Error {
  override readonly name = 'DatabaseUnusable';

  constructor(
    readonly reason: string,
    cause?: unknown,
  ) {
    super(reason, { cause });
  }
}

/**
 * What to do about a fault. `conflict` and `connection` may pass: try again. When they last, a conflict is this bundle's
 * loss alone. `unusable` lasts, and `refused` is what the database says of these rows.
 */
export type FaultKind = 'conflict' | 'connection' | 'unusable' | 'refused';

/** https://www.postgresql.org/docs/18/errcodes-appendix.html. */
const CONFLICTS = new Set(['40001', '40P01', '55P03']);
const CONNECTION_STATES = new Set(['57P01', '57P02', '57P03', '53300']);
const CONNECTION_CODES = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
]);
const CONNECTION_LOSS =
  /^(Connection terminated|timeout expired|Client (was closed|has encountered)|Query read timeout)/;
const UNUSABLE: Readonly<Record<string, string>> = {
  '28P01': 'the database refuses the user or the password',
  '28000': 'the database refuses the user',
  '3D000': 'there is no such database',
  '42P01': 'the database has no tables of Careline yet: run "careline db migrate"',
  '42703': 'the tables of the database are of another version: run "careline db migrate"',
  '42501': 'the database user may not write the tables',
  '25006': 'the database is read-only',
  '53100': 'the disk of the database is full',
};

export function faultKind(error: unknown): FaultKind {
  if (error instanceof DatabaseUnusable) return 'unusable';
  const code = errorCode(error);
  if (code === undefined) return isConnectionLoss(error) ? 'connection' : 'refused';
  if (code in UNUSABLE) return 'unusable';
  if (CONFLICTS.has(code)) return 'conflict';
  return CONNECTION_STATES.has(code) || code.startsWith('08') || CONNECTION_CODES.has(code)
    ? 'connection'
    : 'refused';
}

export function mayPass(error: unknown): boolean {
  const kind = faultKind(error);
  return kind === 'conflict' || kind === 'connection';
}

/** The fault for the operator, when it lasted or is of the kind that lasts. */
export function unusable(error: unknown): DatabaseUnusable {
  if (error instanceof DatabaseUnusable) return error;
  const code = errorCode(error) ?? '';
  return new DatabaseUnusable(
    UNUSABLE[code] ?? `the database cannot be reached${code && ` (${code})`}`,
    error,
  );
}

/** pg gives no code to what it notices by itself. */
function isConnectionLoss(error: unknown): boolean {
  return error instanceof Error && CONNECTION_LOSS.test(error.message);
}
