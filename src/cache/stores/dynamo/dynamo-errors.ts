import { CacheError, CacheUsageError } from '../../errors.js';

const NAME = /^[A-Za-z]{1,64}$/;
const OVER_THE_LIMIT = /size has exceeded/i;
const PAYLOAD_TOO_LARGE = 413;
const REFUSED_AS_SUCH = new Set(['ValidationException', 'SerializationException']);

/**
 * What the SDK threw, as the cache's own error. Only the name and the status are kept, also not as `cause`: messages of
 * the SDK may quote keys, and whole answers where these are no JSON.
 */
export function toCacheError(error: unknown): CacheError {
  const name = dynamoErrorName(error);
  const status = statusOf(error);
  const what = status === undefined ? name : `${name} (${status})`;
  if (status === PAYLOAD_TOO_LARGE || (name === 'ValidationException' && isOverTheLimit(error))) {
    return new CacheError('CACHE_ENTRY_TOO_LARGE', `DynamoDB takes no item of this size: ${what}.`);
  }
  if (REFUSED_AS_SUCH.has(name)) {
    return new CacheUsageError('CACHE_OPTIONS_INVALID', `DynamoDB refuses the request as such: ${what}.`);
  }
  return new CacheError('CACHE_STORE_FAULT', `DynamoDB: ${what}.`);
}

/** Whether a conditional write was refused because its condition did not hold. */
export function isConditionFailure(error: unknown): boolean {
  return dynamoErrorName(error) === 'ConditionalCheckFailedException';
}

/** The name of an error of the SDK. Anything that does not look like one may have come with an answer: not repeated. */
export function dynamoErrorName(error: unknown): string {
  return error instanceof Error && NAME.test(error.name) ? error.name : 'unknown error';
}

function statusOf(error: unknown): number | undefined {
  const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: unknown } };
  const status = $metadata?.httpStatusCode;
  return typeof status === 'number' ? status : undefined;
}

function isOverTheLimit(error: unknown): boolean {
  return error instanceof Error && OVER_THE_LIMIT.test(error.message);
}
