import { randomBytes } from 'node:crypto';
import { systemClock, type Clock } from '../../base/clock.js';
import type {
  CacheStore,
  CallOptions,
  ConsumedUnits,
  ReadResult,
  StoreCapabilities,
  StoredEntry,
} from '../contract/cache-store.js';
import {
  checkOptions,
  FUNCTION,
  OBJECT,
  optional,
  TEXT,
  type OptionRules,
} from '../../base/option-checks.js';
import type { EntryKey } from '../../keys/entry-key.js';
import { assertEntry, assertKey, assertLease, assertPartition } from '../contract/entry-checks.js';
import { OpenCalls } from '../contract/open-calls.js';
import { systemPauses, type BatchPauses } from './batches.js';
import { MAX_ENTRY_BYTES, toItems } from './entry-items.js';
import { readEntries } from './entry-reader.js';
import type { ItemClient } from './item-client.js';
import { headKey, rowId } from './item-layout.js';
import { ItemSession } from './item-session.js';
import { findNewest } from './newest-head.js';
import { getRequest, leaseRequest, releaseRequest } from './requests.js';
import { Rows } from './rows.js';

export interface DynamoStoreOptions {
  readonly table: string;
  /** For entries. The store closes it. */
  readonly items: ItemClient;
  /** For all that must not be answered by a cache in between: leases, consistent reads, `newest`. Default: `items`. */
  readonly pastCache?: ItemClient;
  readonly clock?: Clock;
  readonly backoff?: BatchPauses;
  /** Takes what each call consumed, also a call that failed. It must not throw. */
  readonly consumed?: (units: ConsumedUnits) => void;
}

/** For the options that a store over DynamoDB has, whatever its clients. */
export const TABLE_RULES: OptionRules<Omit<DynamoStoreOptions, 'items' | 'pastCache'>> = {
  table: TEXT,
  clock: optional(OBJECT),
  backoff: optional(OBJECT),
  consumed: optional(FUNCTION),
};
const RULES: OptionRules<DynamoStoreOptions> = { ...TABLE_RULES, items: OBJECT, pastCache: optional(OBJECT) };

const GENERATION_BYTES = 9;
const UNNAMED = 'unnamed';
/** Any row: an absent one is an answer too. */
const PING = { pk: 'ping', sk: 'ping' } as const;

/**
 * Entries in a DynamoDB table. Dropping the table is a fault of the moment: the store neither makes it nor remembers
 * that it was gone.
 */
export class DynamoStore implements CacheStore {
  readonly capabilities: StoreCapabilities;
  private readonly calls = new OpenCalls();
  private readonly pastCache: ItemClient;
  private readonly clock: Clock;
  private readonly backoff: BatchPauses;

  /** @throws {CacheUsageError} when an option is wrong */
  constructor(private readonly options: DynamoStoreOptions) {
    checkOptions('DynamoStore', options, RULES);
    this.pastCache = options.pastCache ?? options.items;
    const behindCache = this.pastCache !== options.items;
    this.capabilities = { shared: true, behindCache, maxEntryBytes: MAX_ENTRY_BYTES };
    this.clock = options.clock ?? systemClock;
    this.backoff = options.backoff ?? systemPauses;
  }

  async read(keys: readonly EntryKey[], options: CallOptions = {}): Promise<readonly ReadResult[]> {
    keys.forEach(assertKey);
    const { consistent = false } = options;
    const client = consistent ? this.pastCache : this.options.items;
    return this.call(client, options, (session) =>
      readEntries(this.rows(session), keys, { consistent, nowMs: this.clock.now() }),
    );
  }

  /** Further chunks first, then the heads that name them. Chunks whose head was not written are never read. */
  async write(
    entries: readonly (readonly [EntryKey, StoredEntry])[],
    options: CallOptions = {},
  ): Promise<void> {
    for (const [key, entry] of entries) {
      assertKey(key);
      assertEntry(entry, MAX_ENTRY_BYTES);
    }
    // A batch refuses two rows with one key: of entries with the same key the last one stays.
    const unique = new Map(entries.map((entry) => [rowId(headKey(entry[0])), entry])).values();
    const items = [...unique].map(([key, entry]) => toItems(key, entry, newGeneration()));
    await this.call(this.options.items, options, async (session) => {
      const rows = this.rows(session);
      await rows.put(items.flatMap(({ chunks }) => chunks));
      await rows.put(items.map(({ head }) => head));
    });
  }

  /** Undefined also when the winner cannot be used: an older entry may say what is no longer so. */
  async newest(
    partition: string,
    options: CallOptions = {},
  ): Promise<readonly [EntryKey, StoredEntry] | undefined> {
    assertPartition(partition);
    return this.call(this.pastCache, options, async (session) => {
      const nowMs = this.clock.now();
      const key = await findNewest(session, this.options.table, partition, nowMs);
      if (key === undefined) return undefined;
      const [found] = await readEntries(this.rows(session), [key], { consistent: true, nowMs });
      return found?.entry === undefined ? undefined : [key, found.entry];
    });
  }

  async acquireLease(
    key: EntryKey,
    owner: string,
    ttlMs: number,
    options: CallOptions = {},
  ): Promise<boolean> {
    assertKey(key);
    assertLease(owner, ttlMs);
    return this.call(this.pastCache, options, async (session) => {
      const lease = { owner, ttlMs, nowMs: this.clock.now() };
      return !(await session.put(leaseRequest(this.options.table, key, lease))).refused;
    });
  }

  async releaseLease(key: EntryKey, owner: string, options: CallOptions = {}): Promise<void> {
    assertKey(key);
    await this.call(this.pastCache, options, (session) =>
      session.delete(releaseRequest(this.options.table, key, owner)),
    );
  }

  async ping(options: CallOptions = {}): Promise<void> {
    await this.call(this.options.items, options, (session) =>
      session.get(getRequest(this.options.table, PING, false)),
    );
  }

  close(): Promise<void> {
    this.calls.close();
    this.options.items.close();
    if (this.pastCache !== this.options.items) this.pastCache.close();
    return Promise.resolve();
  }

  private rows(session: ItemSession): Rows {
    return new Rows(this.options.table, session, this.backoff);
  }

  private call<T>(
    client: ItemClient,
    { signal, progress, consumed, name = UNNAMED }: CallOptions,
    work: (session: ItemSession) => Promise<T>,
  ): Promise<T> {
    return this.calls.run(signal, async (own) => {
      const session = new ItemSession(client, own, progress);
      try {
        return await work(session);
      } finally {
        const { readUnits, writeUnits } = session;
        if (readUnits + writeUnits > 0) {
          this.options.consumed?.({ name, readUnits, writeUnits });
          consumed?.({ name, readUnits, writeUnits });
        }
      }
    });
  }
}

function newGeneration(): string {
  return randomBytes(GENERATION_BYTES).toString('base64url');
}
