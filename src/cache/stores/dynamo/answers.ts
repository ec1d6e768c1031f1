import { CacheError } from '../../base/errors.js';
import { toCacheError } from './dynamo-errors.js';
import { isConditionFailure } from '../../../dynamo/dynamo-errors.js';
import type { WriteAnswer } from './item-client.js';

const REFUSED: WriteAnswer = { refused: true };

/** @throws a `CacheError` only, for what the SDK threw */
export async function answerOf<T>(sent: Promise<T>): Promise<T> {
  try {
    return await sent;
  } catch (error) {
    throw error instanceof CacheError ? error : toCacheError(error);
  }
}

/** That of a write on a condition. @throws as {@link answerOf} */
export async function writeAnswerOf(sent: Promise<Omit<WriteAnswer, 'refused'>>): Promise<WriteAnswer> {
  try {
    const { ConsumedCapacity } = await sent;
    return { refused: false, ConsumedCapacity };
  } catch (error) {
    if (isConditionFailure(error)) return REFUSED;
    throw error instanceof CacheError ? error : toCacheError(error);
  }
}
