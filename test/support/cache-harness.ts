import type { CacheCall } from '../../src/cache/core/cache-call.js';
import { KeyScheme } from '../../src/cache/keys/cache-key.js';
import { createCodec } from '../../src/cache/codec/create-codec.js';
import type { CacheEvent } from '../../src/cache/base/events.js';
import { GuardedStore } from '../../src/cache/tiers/guarded-store.js';
import { jsonSerializer, type Serializer } from '../../src/cache/base/serializer.js';
import { SharedTier } from '../../src/cache/tiers/shared-tier.js';
import { MemoryStore } from '../../src/cache/stores/memory/memory-store.js';
import { TieredCache, type HitWatcher } from '../../src/cache/core/tiered-cache.js';
import { FakeAuthority, seeSnapshot, TAGS } from './cache-authority.js';
import { StoreDouble } from './cache-store-double.js';
import { TestClock } from './test-clock.js';

export const MINUTE_MS = 60_000;

/** No jitter: a ttl is what it says. */
const MIDDLE = 0.5;

export interface HarnessOptions {
  /** Default: a fake one. `false`: there is none. */
  readonly authority?: FakeAuthority | false;
  /** Default true. */
  readonly shared?: boolean;
  /** Whether a cache stands in front of the shared tier. */
  readonly behindCache?: boolean;
  readonly random?: () => number;
  readonly storeTimeoutMs?: number;
  readonly leaseWaitMs?: number;
  readonly localMaxBytes?: number;
  readonly watcher?: HitWatcher;
}

/** Instances of the cache over one store, with a clock that stands still, and everything they report. */
export function cacheHarness(options: HarnessOptions = {}) {
  const clock = new TestClock();
  const authority = options.authority === false ? undefined : (options.authority ?? new FakeAuthority());
  const behind = new MemoryStore({ maxBytes: 64 * 1024 * 1024, clock });
  const store = new StoreDouble(behind, { behindCache: options.behindCache ?? false });
  const codec = createCodec({ encryption: { mode: 'off' } });
  const instance = (own = authority) => {
    const events: CacheEvent[] = [];
    const report = (event: CacheEvent): void => void events.push(event);
    const guarded = new GuardedStore({ store, timeoutMs: options.storeTimeoutMs ?? 5_000, report });
    const cache = new TieredCache({
      authority: own,
      shared: options.shared === false ? undefined : new SharedTier(guarded, codec, report),
      clock,
      report,
      random: options.random ?? (() => MIDDLE),
      keys: new KeyScheme('test'),
      localMaxBytes: options.localMaxBytes ?? 8 * 1024 * 1024,
      watcher: options.watcher,
      leaseTtlMs: 5_000,
      leaseWaitMs: options.leaseWaitMs ?? 2_000,
    });
    return { cache, events, guarded };
  };
  return { ...instance(), clock, authority: authority ?? new FakeAuthority(), store, instance };
}

/** A call as `memoize` makes it, of a record that a snapshot reads. */
export function recordCall<T = unknown>(overrides: Partial<CacheCall<T>> = {}): CacheCall<T> {
  return {
    name: 'record',
    args: '["1"]',
    tags: TAGS,
    consistency: 'bounded',
    ttlMs: 60 * MINUTE_MS,
    negativeTtlMs: MINUTE_MS,
    staleIfErrorMs: 0,
    snapshot: true,
    serializer: jsonSerializer as Serializer<T>,
    ...overrides,
  };
}

/** Counts its runs, and reads a snapshot of what is committed when it runs. */
export function snapshotLoader<T>(authority: FakeAuthority, read: () => T | Promise<T>) {
  const loader = async (): Promise<T> => {
    loader.runs++;
    await seeSnapshot(new Map(authority.committed));
    return read();
  };
  loader.runs = 0;
  return loader;
}

/** How often something happened. */
export function countOf(events: readonly CacheEvent[], wanted: Partial<CacheEvent>): number {
  return events.filter((event) =>
    Object.entries(wanted).every(([field, value]) => event[field as keyof CacheEvent] === value),
  ).length;
}
