import { LRUCache } from 'lru-cache';
import { systemClock, type Clock } from '../../base/clock.js';
import type {
  CacheStore,
  CallOptions,
  ReadResult,
  StoreCapabilities,
  StoredEntry,
} from '../contract/cache-store.js';
import {
  checkOptions,
  OBJECT,
  optional,
  POSITIVE_INTEGER,
  type OptionRules,
} from '../../base/option-checks.js';
import type { EntryKey } from '../../keys/entry-key.js';
import { assertEntry, assertKey, assertLease, assertPartition, SEPARATOR } from '../contract/entry-checks.js';
import { OpenCalls } from '../contract/open-calls.js';
import { PartitionIndex } from './partition-index.js';

export interface MemoryStoreOptions {
  /** All entries together: their bytes, their keys and {@link ENTRY_OVERHEAD_BYTES} each. */
  readonly maxBytes: number;
  /** Longest entry; default half of `maxBytes`, and never more than has room. */
  readonly maxEntryBytes?: number;
  readonly clock?: Clock;
}

interface Row {
  readonly key: EntryKey;
  readonly entry: StoredEntry;
}

interface Lease {
  readonly owner: string;
  /** Monotonic: nobody else's clock is concerned. */
  readonly endsAtMs: number;
}

/** What an entry costs beside its bytes and its key: objects, map slots, list links. Measured on Node 24, rounded up. */
export const ENTRY_OVERHEAD_BYTES = 768;
const BYTES_PER_CODE_UNIT = 2;
/** A key stands in the map and in the row. */
const COPIES_OF_KEY = 2;
const LONGEST_KEY = 2_048;
const MAX_LEASES = 10_000;

const RULES: OptionRules<MemoryStoreOptions> = {
  maxBytes: POSITIVE_INTEGER,
  maxEntryBytes: optional(POSITIVE_INTEGER),
  clock: optional(OBJECT),
};

/**
 * The reference implementation: entries in this process, bounded by their real bytes, least recently used out first.
 * It keeps copies of the bytes it is given; those it gives out are its own, and must not be written to.
 */
export class MemoryStore implements CacheStore {
  readonly capabilities: StoreCapabilities;
  private readonly clock: Clock;
  private readonly calls = new OpenCalls();
  private readonly index = new PartitionIndex();
  private readonly rows: LRUCache<string, Row>;
  // Without a bound, leases that nobody gives back would pile up. To lose one costs a second load, no more.
  private readonly leases = new LRUCache<string, Lease>({ maxSize: MAX_LEASES, sizeCalculation: () => 1 });

  /** @throws {CacheUsageError} when an option is wrong */
  constructor(options: MemoryStoreOptions) {
    checkOptions('MemoryStore', options, RULES);
    const { maxBytes, maxEntryBytes, clock = systemClock } = options;
    const room = maxBytes - ENTRY_OVERHEAD_BYTES - LONGEST_KEY * BYTES_PER_CODE_UNIT * COPIES_OF_KEY;
    const limit = Math.min(maxEntryBytes ?? Math.floor(maxBytes / 2), room);
    this.capabilities = { shared: false, maxEntryBytes: Math.max(0, limit) };
    this.clock = clock;
    this.rows = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ entry }, id) =>
        entry.bytes.length + id.length * BYTES_PER_CODE_UNIT * COPIES_OF_KEY + ENTRY_OVERHEAD_BYTES,
      // Also called for what is replaced, before `write` adds it again.
      dispose: ({ key }, id) => this.index.delete(key.partition, id),
    });
  }

  /** What all entries together cost. */
  get bytes(): number {
    return this.rows.calculatedSize;
  }

  /** Partitions with entries. */
  get partitions(): number {
    return this.index.size;
  }

  read(keys: readonly EntryKey[], options: CallOptions = {}): Promise<readonly ReadResult[]> {
    return this.run(options, () => {
      keys.forEach(assertKey);
      return keys.map((key) => this.readOne(idOf(key)));
    });
  }

  write(entries: readonly (readonly [EntryKey, StoredEntry])[], options: CallOptions = {}): Promise<void> {
    return this.run(options, () => {
      for (const [key, entry] of entries) {
        assertKey(key);
        assertEntry(entry, this.capabilities.maxEntryBytes);
      }
      for (const [key, entry] of entries) {
        this.rows.set(idOf(key), { key: { ...key }, entry: { ...entry, bytes: ownCopy(entry.bytes) } });
        this.index.add(key.partition, idOf(key));
      }
    });
  }

  newest(
    partition: string,
    options: CallOptions = {},
  ): Promise<readonly [EntryKey, StoredEntry] | undefined> {
    return this.run(options, () => {
      assertPartition(partition);
      const now = this.clock.now();
      let newest: Row | undefined;
      for (const id of this.index.of(partition)) {
        const row = this.rows.peek(id);
        if (row !== undefined && row.entry.expiresAtMs > now && isNewer(row, newest)) newest = row;
      }
      return newest === undefined ? undefined : ([newest.key, newest.entry] as const);
    });
  }

  acquireLease(key: EntryKey, owner: string, ttlMs: number, options: CallOptions = {}): Promise<boolean> {
    return this.run(options, () => {
      assertKey(key);
      assertLease(owner, ttlMs);
      const now = this.clock.elapsed();
      const lease = this.leases.get(idOf(key));
      if (lease !== undefined && lease.owner !== owner && lease.endsAtMs > now) return false;
      this.leases.set(idOf(key), { owner, endsAtMs: now + ttlMs });
      return true;
    });
  }

  releaseLease(key: EntryKey, owner: string, options: CallOptions = {}): Promise<void> {
    return this.run(options, () => {
      assertKey(key);
      if (this.leases.get(idOf(key))?.owner === owner) this.leases.delete(idOf(key));
    });
  }

  ping(options: CallOptions = {}): Promise<void> {
    return this.run(options, () => undefined);
  }

  close(): Promise<void> {
    this.calls.close();
    this.rows.clear();
    this.leases.clear();
    return Promise.resolve();
  }

  private readOne(id: string): ReadResult {
    const row = this.rows.get(id);
    if (row === undefined) return { entry: undefined };
    if (row.entry.expiresAtMs > this.clock.now()) return { entry: row.entry };
    this.rows.delete(id);
    return { entry: undefined, defect: 'expired' };
  }

  private run<T>({ signal }: CallOptions, work: () => T): Promise<T> {
    return this.calls.run(signal, () => new Promise((resolve) => resolve(work())));
  }
}

/** Unambiguous, because versions are without the separator. */
function idOf({ partition, versions }: EntryKey): string {
  return partition + SEPARATOR + versions;
}

function isNewer({ key, entry }: Row, other: Row | undefined): boolean {
  if (other === undefined || entry.createdAtMs > other.entry.createdAtMs) return true;
  return entry.createdAtMs === other.entry.createdAtMs && key.versions > other.key.versions;
}

/** Not a view of a larger buffer, which would be kept as a whole. */
function ownCopy(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}
