import { AppError } from '../common/errors/app-error.js';
import { backoffMs, pauseFor } from '../waiting/backoff.js';
import { Prisma } from './generated/client.js';

/** What an operation's caller can name better than this file can. Each makes the error to answer with. */
export interface ExpectedFailures {
  /** A foreign key names a row that is not there. */
  readonly referenceMissing?: () => AppError;
  /** By name of the CHECK constraint. */
  readonly checks?: Readonly<Record<string, () => AppError>>;
}

export interface RetryPolicy {
  /** Runs in all, the first one included. */
  readonly attempts: number;
  /** Upper bound of the pause before the first retry; it doubles with every further one. */
  readonly baseDelayMs: number;
  /** 0 to 1: the share of the upper bound that is waited. */
  readonly random: () => number;
}

const RETRY: RetryPolicy = { attempts: 4, baseDelayMs: 15, random: Math.random };
const RETRY_AFTER_SECONDS = 1;

/**
 * Runs `work`, which must be one statement or one whole transaction: after a serialization failure or a deadlock
 * nothing of it is left, and it is run again.
 * @throws {AppError} `expected`'s where one fits; else `CONFLICT` when every attempt failed so, `DATABASE_UNAVAILABLE`
 *   when PostgreSQL cannot be reached or has no capacity, `ENTITY_UNPROCESSABLE` when it refuses a value. Errors that
 *   are none of these are faults of ours and pass as they are.
 */
export async function onDatabase<Result>(
  work: () => Promise<Result>,
  expected: ExpectedFailures = {},
  retry: RetryPolicy = RETRY,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isWriteConflict(error)) throw translate(error, expected);
      if (attempt >= retry.attempts) throw conflict(error);
      await pauseFor(backoffMs(attempt - 1, { baseMs: retry.baseDelayMs, random: retry.random }));
    }
  }
}

/** What a change or deletion of one row answers; undefined when there is no such row. */
export async function ifPresent<Row>(change: Promise<Row>): Promise<Row | undefined> {
  try {
    return await change;
  } catch (error) {
    if (codeOf(error) === 'P2025') return undefined;
    throw error;
  }
}

function translate(error: unknown, expected: ExpectedFailures): unknown {
  if (isUnavailable(error)) {
    return new AppError('DATABASE_UNAVAILABLE', 'The database does not answer at the moment. Try again.', {
      cause: error,
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return error;
  switch (error.code) {
    case 'P2003':
      return expected.referenceMissing?.() ?? conflict(error);
    case 'P2002':
      return conflict(error);
    default:
      return expectedCheck(error, expected) ?? (isValueRefused(error) ? unprocessable(error) : error);
  }
}

/** Drivers give the name of a violated CHECK in the message alone. */
function expectedCheck(error: unknown, { checks = {} }: ExpectedFailures): AppError | undefined {
  const { sqlState, message } = driverError(error);
  if (sqlState !== '23514') return undefined;
  const name = /check constraint "([^"]+)"/.exec(message)?.[1];
  return name !== undefined && Object.hasOwn(checks, name) ? checks[name]?.() : undefined;
}

function conflict(cause: unknown): AppError {
  return new AppError('CONFLICT', 'Another change was made at the same time. Read again, then retry.', {
    cause,
  });
}

function unprocessable(cause: unknown): AppError {
  return new AppError('ENTITY_UNPROCESSABLE', 'One of the values cannot be stored.', { cause });
}

/** Serialization failure or deadlock. Prisma has a code of its own for them, but not under raw queries. */
function isWriteConflict(error: unknown): boolean {
  const { sqlState } = driverError(error);
  return sqlState === '40001' || sqlState === '40P01' || codeOf(error) === 'P2034';
}

/**
 * Data exceptions (class 22), values that break a NOT NULL or a CHECK, and index rows over a third of a page:
 * https://www.postgresql.org/docs/18/errcodes-appendix.html. Validation comes first, so this is the net below it.
 */
function isValueRefused(error: unknown): boolean {
  return /^(22...|23502|23514|54000)$/.test(driverError(error).sqlState);
}

/** https://www.prisma.io/docs/orm/reference/error-reference: reachability, authentication, time-outs, pools. */
const UNAVAILABLE_CODES = /^(P1000|P1001|P1002|P1003|P1008|P1010|P1011|P1017|P2024|P2028|P2037)$/;

/**
 * Connection errors, insufficient resources, shut-down, statement time-out, log-in refused, no such database, and
 * a write on a server that is now a standby.
 */
const UNAVAILABLE_STATES = /^(08...|53...|57...|28...|3D000|25006)$/;

/** What the driver adapter calls faults of the connection: under raw queries these have no code, as PostgreSQL's own have. */
const UNAVAILABLE_KINDS = /^(DatabaseNotReachable|ConnectionClosed|TlsConnectionError|SocketTimeout)$/;

/** What node-postgres and its pool throw without a code; Prisma passes these on as they are. */
const UNAVAILABLE_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client (was closed|has encountered)|Cannot use a pool after|Query read timeout)/;

const NETWORK_CODES = /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_)/;

function isUnavailable(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientInitializationError) return true;
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  return (
    UNAVAILABLE_CODES.test(code) ||
    NETWORK_CODES.test(code) ||
    UNAVAILABLE_STATES.test(driverError(error).sqlState) ||
    UNAVAILABLE_KINDS.test(driverError(error).kind) ||
    UNAVAILABLE_MESSAGES.test(error.message)
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** The adapter's kind, and PostgreSQL's own code and message, from `meta`; empty where there is none. */
function driverError(error: unknown): { kind: string; sqlState: string; message: string } {
  const none = { kind: '', sqlState: '', message: '' };
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return none;
  const adapter = error.meta?.['driverAdapterError'];
  if (!(adapter instanceof Error)) return none;
  const cause = adapter.cause as
    { kind?: unknown; originalCode?: unknown; originalMessage?: unknown } | undefined;
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    kind: text(cause?.kind),
    sqlState: text(cause?.originalCode),
    message: text(cause?.originalMessage),
  };
}
