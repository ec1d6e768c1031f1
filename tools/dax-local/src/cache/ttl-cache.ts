/** What one entry costs beside its content: a map's entry, the objects around the value. */
const ENTRY_OVERHEAD_BYTES = 200;

export interface TtlCacheOptions {
  /** More than zero; Infinity keeps entries until they are pushed out. */
  readonly ttlMs: number;
  /** Zero turns the cache off. */
  readonly maxBytes: number;
  /** Milliseconds that never go back. */
  readonly now: () => number;
}

/** Keeps what was used last, up to a size, and nothing for longer than its time to live. */
export class TtlCache<V> {
  /** Oldest use first. */
  readonly #entries = new Map<string, { value: V; bytes: number; expiresAt: number }>();
  #bytes = 0;
  #hits = 0;
  #misses = 0;

  constructor(private readonly options: TtlCacheOptions) {}

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.expiresAt <= this.options.now()) {
      if (entry !== undefined) this.delete(key);
      this.#misses++;
      return undefined;
    }
    this.#hits++;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** `contentBytes` is the size of the value. */
  set(key: string, value: V, contentBytes: number): void {
    this.delete(key);
    const bytes = contentBytes + key.length + ENTRY_OVERHEAD_BYTES;
    if (bytes > this.options.maxBytes) return;
    this.#entries.set(key, { value, bytes, expiresAt: this.options.now() + this.options.ttlMs });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.options.maxBytes) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  /** Since the start; `entries` and `bytes` are of now and count what has expired but was not looked up since. */
  stats(): { hits: number; misses: number; entries: number; bytes: number } {
    return { hits: this.#hits, misses: this.#misses, entries: this.#entries.size, bytes: this.#bytes };
  }
}
