import {
  describeDynamoError,
  dynamoErrorName,
  dynamoErrorStatus,
  isRefusedAsSuch,
} from '../../../dynamo/dynamo-errors.js';
import { CacheError, CacheUsageError } from '../../base/errors.js';

const OVER_THE_LIMIT = /size has exceeded/i;
const PAYLOAD_TOO_LARGE = 413;

/**
 * What the SDK threw, as the cache's own error. Only the name and the status are kept, also not as `cause`: messages of
 * the SDK may quote keys, and whole answers where these are no JSON.
 */
export function toCacheError(error: unknown): CacheError {
  const what = describeDynamoError(error);
  if (dynamoErrorStatus(error) === PAYLOAD_TOO_LARGE || isOverTheLimit(error)) {
    return new CacheError('CACHE_ENTRY_TOO_LARGE', `DynamoDB takes no item of this size: ${what}.`);
  }
  if (isRefusedAsSuch(error)) {
    return new CacheUsageError('CACHE_REQUEST_REFUSED', `DynamoDB refuses the request as such: ${what}.`);
  }
  return new CacheError('CACHE_STORE_FAULT', `DynamoDB: ${what}.`);
}

function isOverTheLimit(error: unknown): boolean {
  return dynamoErrorName(error) === 'ValidationException' && OVER_THE_LIMIT.test((error as Error).message);
}
