import { CacheError } from '../../base/errors.js';
import { toCacheError } from './dynamo-errors.js';
import { isConditionFailure } from '../../../dynamo/dynamo-errors.js';
import type { WriteAnswer } from './item-client.js';

const REFUSED: WriteAnswer = { refused: true };

/** What DynamoDB answers. @throws a `CacheError` only, for whatever the SDK threw */
export async function orCacheError<T>(sent: Promise<T>): Promise<T> {
  try {
    return await sent;
  } catch (error) {
    throw error instanceof CacheError ? error : toCacheError(error);
  }
}

/** As {@link orCacheError}, for a write on a condition: that it does not hold is an answer. */
export async function orRefused(sent: Promise<Omit<WriteAnswer, 'refused'>>): Promise<WriteAnswer> {
  try {
    const { ConsumedCapacity } = await sent;
    return { refused: false, ConsumedCapacity };
  } catch (error) {
    if (isConditionFailure(error)) return REFUSED;
    throw error instanceof CacheError ? error : toCacheError(error);
  }
}
