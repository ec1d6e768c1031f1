import { dynamoErrorName } from '../../dynamo/dynamo-errors.js';
import { AppError } from '../../common/errors/app-error.js';

const RETRY_AFTER_SECONDS = 1;

/** The pauses after a transaction that met another one, or whose outcome is unknown. */
export const AFTER_CONFLICT = { baseMs: 4, longestMs: 150 } as const;

/** Faults of the request itself: a mistake of ours, which no retry cures. */
const OURS = new Set([
  'ValidationException',
  'SerializationException',
  'IdempotentParameterMismatchException',
]);

/** Why a transaction is cancelled by what it writes: also a mistake of ours, or a conversation that is full. */
const OF_THE_BATCH = new Set(['ValidationError', 'ItemCollectionSizeLimitExceeded']);

/** What the SDK throws by itself: time-outs, and credentials that cannot be got. */
const OF_THE_SDK = /^(TimeoutError|RequestTimeout|AbortError|.*ProviderError)$/;

/** What Node's network modules call their errors, such as ECONNRESET; its checks of arguments are ERR_… */
const NETWORK_CODE = /^E(?!RR_)[A-Z_]+$/;

/** The network refuses before anything is sent. */
const NOT_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);
/** A proxy that gave up waiting; whether DynamoDB had the request, it does not say. */
const REQUEST_TIMEOUT = 408;

/** Messages cannot be reached. */
export class MessagesUnavailableError extends AppError {
  /** DynamoDB is away, as for all others; else it is there, and somebody else is always first. */
  readonly isOutage: boolean;
  /** A write was sent, and no answer tells whether it was carried out. */
  readonly mayBeKept: boolean;

  constructor({ cause, isOutage = false, mayBeKept = false }: UnavailableOptions = {}) {
    super('MESSAGES_UNAVAILABLE', 'Messages cannot be reached at the moment. Try again.', {
      cause,
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
    this.isOutage = isOutage;
    this.mayBeKept = mayBeKept;
  }
}

interface UnavailableOptions {
  readonly cause?: unknown;
  readonly isOutage?: boolean;
  readonly mayBeKept?: boolean;
}

/** Why a transaction was cancelled, by the position of its items. */
export interface CancellationReason {
  readonly Code?: string | undefined;
  readonly Item?: unknown;
}

/**
 * What the SDK threw, as an error to answer with. Only its name is kept: messages and reasons of the SDK may quote items.
 * @returns `MESSAGES_UNAVAILABLE` for what may pass by itself: DynamoDB's answers, the network, time-outs; an error without a
 *   code for mistakes of ours, whether DynamoDB refused the request or it was never sent
 */
export function toMessagingError(error: unknown): Error {
  if (error instanceof AppError) return error;
  const cause = named(reasonOfTheBatch(error) ?? dynamoErrorName(error));
  return isOutage(error) ? new MessagesUnavailableError({ cause, isOutage: true }) : cause;
}

/** The reasons of a cancelled transaction, in the order of its items; undefined when `error` is none. */
export function cancellationReasons(error: unknown): readonly CancellationReason[] | undefined {
  if (dynamoErrorName(error) !== 'TransactionCanceledException') return undefined;
  return (
    (error as { readonly CancellationReasons?: readonly CancellationReason[] }).CancellationReasons ?? []
  );
}

/**
 * Whether a request that ended with `error` was certainly not carried out: DynamoDB refused it, or nobody took it. What broke
 * off may have been.
 */
export function isRefused(error: unknown): boolean {
  const name = dynamoErrorName(error);
  // Of an attempt before this one.
  if (name === 'TransactionInProgressException') return false;
  const { code, $metadata } = (error ?? {}) as FaultDetails;
  const status = $metadata?.httpStatusCode ?? 0;
  const isAnswer = status >= 400 && status < 500 && status !== REQUEST_TIMEOUT;
  return isAnswer || (typeof code === 'string' && NOT_CONNECTED.has(code)) || name.endsWith('ProviderError');
}

interface FaultDetails {
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Whether a later attempt of the same request may succeed. */
export function isPassing(error: unknown): boolean {
  const name = dynamoErrorName(error);
  return isOutage(error) && name !== 'ResourceNotFoundException' && name !== 'AccessDeniedException';
}

/** Errors of the service have `$metadata`, and so has what the SDK makes of an answer that it cannot read. */
function isOutage(error: unknown): boolean {
  const name = dynamoErrorName(error);
  if (typeof error !== 'object' || error === null || OURS.has(name)) return false;
  if (reasonOfTheBatch(error) !== undefined) return false;
  const { code } = error as FaultDetails;
  const isOfNetwork = typeof code === 'string' && NETWORK_CODE.test(code);
  return isOfNetwork || '$metadata' in error || OF_THE_SDK.test(name);
}

function reasonOfTheBatch(error: unknown): string | undefined {
  return cancellationReasons(error)?.find(({ Code = '' }) => OF_THE_BATCH.has(Code))?.Code;
}

/** The text `name` of an item that comes with an error: these are as on the wire. Undefined when there is none. */
export function stringOf(item: unknown, name: string): string | undefined {
  const attribute = (item as Readonly<Record<string, { readonly S?: string }>> | undefined)?.[name];
  return attribute?.S;
}

/** Logs show the names of errors, and no message that is not our own. */
function named(name: string): Error {
  return Object.assign(new Error(`DynamoDB: ${name}.`), { name });
}
