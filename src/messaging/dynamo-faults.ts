import { AppError } from '../common/errors/app-error.js';

const RETRY_AFTER_SECONDS = 1;
const NAME = /^[A-Za-z]{1,64}$/;

/** Faults of the request itself: a mistake of ours, which no retry cures. */
const OURS = new Set([
  'ValidationException',
  'SerializationException',
  'IdempotentParameterMismatchException',
]);

/** What the SDK throws by itself: time-outs, and credentials that cannot be got. */
const OF_THE_SDK = /^(TimeoutError|RequestTimeout|AbortError|.*ProviderError)$/;

/** What Node's network modules call their errors, such as ECONNRESET; its checks of arguments are ERR_… */
const NETWORK_CODE = /^E(?!RR_)[A-Z_]+$/;

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
  const name = nameOf(error);
  return isOutage(error) ? messagesUnavailable(named(name)) : named(name);
}

/** DynamoDB is not there, does not answer, or has no capacity. */
export function messagesUnavailable(cause?: Error): AppError {
  return new AppError('MESSAGES_UNAVAILABLE', 'Messages cannot be reached at the moment. Try again.', {
    cause,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}

/** The reasons of a cancelled transaction, in the order of its items; undefined when `error` is none. */
export function cancellationReasons(error: unknown): readonly CancellationReason[] | undefined {
  if (nameOf(error) !== 'TransactionCanceledException') return undefined;
  return (
    (error as { readonly CancellationReasons?: readonly CancellationReason[] }).CancellationReasons ?? []
  );
}

/** Whether a later attempt of the same request may succeed. */
export function isPassing(error: unknown): boolean {
  const name = nameOf(error);
  return isOutage(error) && name !== 'ResourceNotFoundException' && name !== 'AccessDeniedException';
}

/** Errors of the service have `$metadata`, and so has what the SDK makes of an answer that it cannot read. */
function isOutage(error: unknown): boolean {
  const name = nameOf(error);
  if (typeof error !== 'object' || error === null || OURS.has(name)) return false;
  const { code } = error as { readonly code?: unknown };
  const isOfNetwork = typeof code === 'string' && NETWORK_CODE.test(code);
  return isOfNetwork || '$metadata' in error || OF_THE_SDK.test(name);
}

/** The name of an error of the SDK. Anything that does not look like one may have come with an answer: not repeated. */
export function nameOf(error: unknown): string {
  return error instanceof Error && NAME.test(error.name) ? error.name : 'unknown error';
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
