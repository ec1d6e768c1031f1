import type { StoreDefect } from '../../base/events.js';
import type { EntryKey } from '../../keys/entry-key.js';

/** An entry as it is stored: opaque bytes with their dates. */
export interface StoredEntry {
  /** Made by a codec. */
  readonly bytes: Buffer;
  /** When it was loaded: wall clock, ms since the epoch. */
  readonly createdAtMs: number;
  /** From this time on it is a miss, whether or not it is still there: wall clock, ms since the epoch. */
  readonly expiresAtMs: number;
}

export interface ReadResult {
  /** Undefined: a miss. */
  readonly entry: StoredEntry | undefined;
  /** Set on a miss that was more than an absence. */
  readonly defect?: StoreDefect;
}

export interface CallOptions {
  /** Once it is aborted, the call rejects with its reason. */
  readonly signal?: AbortSignal;
  /** Reads only: see writes that were acknowledged before the call. Default false: entries are immutable. */
  readonly consistent?: boolean;
  /** A store that needs several calls calls this after each answer: the time limit is one of a call, and begins anew. */
  readonly progress?: () => void;
  /** For counting: the route or function on whose behalf the call is made. */
  readonly name?: string;
  /** Takes what the call consumed, from a store that is told so. */
  readonly consumed?: (units: ConsumedUnits) => void;
}

/** What a store can do; the contract suite and the tiers go by it. */
export interface StoreCapabilities {
  /** Other processes see what this one writes. */
  readonly shared: boolean;
  /**
   * A cache stands in front of it (DAX): other reads pass through that cache, while leases, `newest` and consistent reads
   * go past it. So each of the two may work while the other fails. Default false.
   */
  readonly behindCache?: boolean;
  /** Longest entry that it takes, in bytes. */
  readonly maxEntryBytes: number;
}

/** Capacity that calls consumed: DynamoDB's units, as it reported them. */
export interface ConsumedUnits {
  readonly name: string;
  readonly readUnits: number;
  readonly writeUnits: number;
}

/**
 * A store of entries: it keeps and finds bytes, and knows nothing of tiers, versions or codecs. Faults are thrown as
 * `CacheError` with code `CACHE_STORE_FAULT`, an entry over the limit with `CACHE_ENTRY_TOO_LARGE`, a request that no
 * store would take with `CACHE_STORE_CALL_INVALID`; a store never disguises a fault as an absence or a success.
 */
export interface CacheStore {
  readonly capabilities: StoreCapabilities;

  /** One result for each key, in order. */
  read(keys: readonly EntryKey[], options?: CallOptions): Promise<readonly ReadResult[]>;

  /** Stores all; a key that exists is replaced as a whole, never mixed. */
  write(entries: readonly (readonly [EntryKey, StoredEntry])[], options?: CallOptions): Promise<void>;

  /**
   * The unexpired entry of `partition` that was created last, whatever its versions. Undefined: there is none, or that one
   * cannot be used; an older one is not given in its place.
   */
  newest(partition: string, options?: CallOptions): Promise<readonly [EntryKey, StoredEntry] | undefined>;

  /**
   * Takes the lease on loading `key`, for `ttlMs`. Leases that ran out may be taken by anybody, one that is held by its
   * owner again.
   * @returns whether `owner` holds it now
   */
  acquireLease(key: EntryKey, owner: string, ttlMs: number, options?: CallOptions): Promise<boolean>;

  /** Gives the lease back, if `owner` still holds it. */
  releaseLease(key: EntryKey, owner: string, options?: CallOptions): Promise<void>;

  /** Resolves when the store answers. */
  ping(options?: CallOptions): Promise<void>;

  close(): Promise<void>;
}
