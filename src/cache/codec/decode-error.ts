import { CacheError } from '../base/errors.js';
import type { DecodeFault } from '../base/events.js';

/** Stored bytes that are not what a codec made: a miss, counted by its reason. */
export class DecodeError extends CacheError {
  override readonly name = 'DecodeError';

  constructor(
    readonly fault: DecodeFault,
    cause?: unknown,
  ) {
    super('CACHE_ENTRY_UNREADABLE', 'The stored entry cannot be decoded.', { cause });
  }
}
