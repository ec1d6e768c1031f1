import { isRefusal } from '../protocol/errors.js';
import type { Effect, ItemCache } from './item-cache.js';
import { KeyLocks } from './key-locks.js';
import { Replication } from './replication.js';

/**
 * Writes go to DynamoDB first, then into the item cache of the node that took them, then to the other nodes. Writes of
 * one item go one after the other, so the caches end with what DynamoDB ends with.
 */
export class WriteThrough {
  readonly #locks = new KeyLocks();

  constructor(private readonly replication: Replication) {}

  /**
   * @param keys of everything that `write` may change
   * @param write also answers what becomes of each of the keys; what it leaves out stays as it was
   */
  async run<T>(
    origin: ItemCache,
    keys: readonly string[],
    write: () => Promise<{ result: T; effects: ReadonlyMap<string, Effect> }>,
  ): Promise<T> {
    return this.#locks.hold(keys, async () => {
      try {
        const { result, effects } = await write();
        for (const [key, effect] of effects) this.#apply(origin, key, effect);
        return result;
      } catch (error) {
        // It may have been done all the same.
        if (!isRefusal(error)) for (const key of keys) this.#apply(origin, key, 'forget');
        throw error;
      }
    });
  }

  #apply(origin: ItemCache, key: string, effect: Effect): void {
    origin.apply(key, effect);
    this.replication.publish(origin, key, effect);
  }
}
