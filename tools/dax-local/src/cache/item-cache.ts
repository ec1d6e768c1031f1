import { TtlCache, type TtlCacheOptions } from './ttl-cache.js';

/** An item's encoded values; null when it is known that there is no such item. */
export type CachedItem = Buffer | null;

/** What a write does to a cached item: it becomes this, or has to be read again. */
export type Effect = CachedItem | 'forget';

/** The item cache of one node: eventually consistent reads and the writes that went through the cluster. */
export class ItemCache {
  readonly #items: TtlCache<CachedItem>;
  /** Reads under way, by key; a write takes from them the right to store what they find. */
  readonly #fills = new Map<string, Set<object>>();

  constructor(options: TtlCacheOptions) {
    this.#items = new TtlCache(options);
  }

  get(key: string): CachedItem | undefined {
    return this.#items.get(key);
  }

  /** Reads the item and keeps it, unless a write of the same item comes first. Undefined is not kept. */
  async fill<T extends CachedItem | undefined>(key: string, read: () => Promise<T>): Promise<T> {
    const fill = {};
    const fills = this.#fills.get(key) ?? new Set();
    this.#fills.set(key, fills.add(fill));
    try {
      const item = await read();
      if (item !== undefined && fills.has(fill)) this.#store(key, item);
      return item;
    } finally {
      fills.delete(fill);
      if (fills.size === 0 && this.#fills.get(key) === fills) this.#fills.delete(key);
    }
  }

  apply(key: string, effect: Effect): void {
    this.#fills.get(key)?.clear();
    this.#fills.delete(key);
    if (effect === 'forget') this.#items.delete(key);
    else this.#store(key, effect);
  }

  clear(): void {
    for (const fills of this.#fills.values()) fills.clear();
    this.#fills.clear();
    this.#items.clear();
  }

  stats(): ReturnType<TtlCache<CachedItem>['stats']> {
    return this.#items.stats();
  }

  #store(key: string, item: CachedItem): void {
    // A copy, because a buffer may be a small view on a large one, and that would be kept.
    this.#items.set(key, item && Buffer.from(item), item?.length ?? 0);
  }
}
