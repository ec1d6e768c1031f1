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

/** What to do about a fault: try again, give up on the import, or give up on this bundle. */
export type FaultKind = 'transient' | 'unusable' | 'refused';

/** https://www.postgresql.org/docs/18/errcodes-appendix.html; 23503: a patient was deleted while its bundle was written. */
const TRANSIENT_STATES = new Set(['40001', '40P01', '55P03', '57P01', '57P02', '57P03', '53300', '23503']);
const CONNECTION_CODES = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
]);
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
  const code = faultCode(error);
  if (code === undefined) return isConnectionLoss(error) ? 'transient' : 'refused';
  if (code in UNUSABLE) return 'unusable';
  return TRANSIENT_STATES.has(code) || code.startsWith('08') || CONNECTION_CODES.has(code)
    ? 'transient'
    : 'refused';
}

/** The fault for the operator, when it lasted or is of the kind that lasts. */
export function unusable(error: unknown): DatabaseUnusable {
  if (error instanceof DatabaseUnusable) return error;
  const code = faultCode(error) ?? '';
  return new DatabaseUnusable(
    UNUSABLE[code] ?? `the database cannot be reached${code && ` (${code})`}`,
    error,
  );
}

/** The SQLSTATE, or the system's code of a failed connection. A host with several addresses fails with several errors. */
function faultCode(error: unknown): string | undefined {
  if (error instanceof AggregateError) return faultCode(error.errors[0]);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** pg gives no code to what it notices by itself. */
function isConnectionLoss(error: unknown): boolean {
  return error instanceof Error && /connection|timeout|not queryable|Query read/i.test(error.message);
}
