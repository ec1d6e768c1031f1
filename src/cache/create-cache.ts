import { SelfCheck, type SelfCheckOptions } from './core/self-check.js';
import { KeyScheme } from './keys/cache-key.js';
import { systemClock, type Clock } from './base/clock.js';
import {
  checkOptions,
  FUNCTION,
  OBJECT,
  optional,
  orFalse,
  POSITIVE_INTEGER,
  POSITIVE_NUMBER,
  TEXT,
  THE_CACHE,
  WHOLE_NUMBER,
  type OptionRules,
} from './base/option-checks.js';
import type { Codec } from './codec/codec.js';
import { createCodec } from './codec/create-codec.js';
import type { Report } from './base/events.js';
import { GuardedStore } from './tiers/guarded-store.js';
import { SharedTier } from './tiers/shared-tier.js';
import type { CacheStore } from './stores/contract/cache-store.js';
import { KeyvStore } from './keyv/keyv-store.js';
import { MemoryStore } from './stores/memory/memory-store.js';
import { TieredCache } from './core/tiered-cache.js';
import type { Tag } from './versions/tag.js';
import type { OpenFeedSession } from './versions/feed-session.js';
import { PostgresAuthority } from './versions/postgres-authority.js';

export interface CacheOptions {
  /** Direct or session-pooled connection to the PostgreSQL whose triggers keep `cache_tag`. */
  readonly databaseUrl: string;
  /** Names the database, and a fingerprint of the build: a release that hides a field must not read older entries. */
  readonly namespace: string;
  /** The shared tier; undefined: this process is the only one. Closed with the cache. */
  readonly store?:
    { readonly store: CacheStore; readonly codec: Codec; readonly timeoutMs: number } | undefined;
  /** Default 64 MiB. */
  readonly localMaxBytes?: number;
  /** The bound of staleness under `bounded`, in ms. Default 1,000. */
  readonly feedTimeoutMs?: number;
  /** Tags whose versions are kept in memory. Default 100,000. */
  readonly mapCapacity?: number;
  /** Makes keys unreadable (HMAC-SHA-256). */
  readonly keySecret?: string | undefined;
  readonly report?: Report;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** False: no feed, versions are read on every request (a Lambda). */
  readonly openFeed?: OpenFeedSession | false;
  /** How hits are compared with the origin by sample; false: never. */
  readonly selfCheck?: Pick<SelfCheckOptions, 'oneIn' | 'maxPerSecond' | 'settleMs'> | false;
}

/** A cache that is ready, with its authority. */
export interface RunningCache {
  readonly cache: TieredCache;
  readonly authority: PostgresAuthority;
  readonly shared: SharedTier | undefined;
  readonly keys: KeyScheme;
  readonly clock: Clock;
  /** A store for Keyv over the same table; without a shared tier, in this process. */
  readonly keyvStore: (namespace: string) => KeyvStore;
  /** Finishes what is being stored, and closes every connection. */
  close(): Promise<void>;
}

const LOCAL_MAX_BYTES = 64 * 1024 * 1024;
const FEED_TIMEOUT_MS = 1_000;
const MAP_CAPACITY = 100_000;
/** Nothing is waited for in memory; the limit is only there because every store has one. */
const MEMORY_TIMEOUT_MS = 1_000;
const LEASE_TTL_MS = 5_000;
const LEASE_WAIT_MS = 2_000;

const SOCKET = /^(socket:|\/)./i;
const POSTGRES_URL = /^postgres(ql)?:\/\//i;

/** What pg takes: a URL, whose host may stand among its parameters; or a socket, by URL or path. */
function isConnectionString(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  return SOCKET.test(value) || (POSTGRES_URL.test(value) && URL.canParse(value.replace('@/', '@socket/')));
}

const RULES: OptionRules<CacheOptions> = {
  // Described only, wherever it is wrong: it holds a password.
  databaseUrl: {
    expected: 'the URL of a PostgreSQL database, such as postgresql://host:5432/name',
    accepts: isConnectionString,
  },
  namespace: TEXT,
  store: optional(OBJECT),
  localMaxBytes: optional(POSITIVE_INTEGER),
  feedTimeoutMs: optional(POSITIVE_INTEGER),
  mapCapacity: optional(POSITIVE_INTEGER),
  keySecret: optional(TEXT),
  report: optional(FUNCTION),
  clock: optional(OBJECT),
  random: optional(FUNCTION),
  openFeed: optional(orFalse(FUNCTION)),
  selfCheck: optional(orFalse(OBJECT)),
};
const STORE_RULES: OptionRules<NonNullable<CacheOptions['store']>> = {
  store: OBJECT,
  codec: OBJECT,
  timeoutMs: POSITIVE_INTEGER,
};
const SELF_CHECK_RULES: OptionRules<Exclude<NonNullable<CacheOptions['selfCheck']>, false>> = {
  oneIn: optional(POSITIVE_NUMBER),
  maxPerSecond: optional(POSITIVE_NUMBER),
  settleMs: optional(WHOLE_NUMBER),
};

/**
 * Composes a cache. It resolves when the feed has been tried once; without one, versions are read on every request.
 * @throws {CacheUsageError} when an option is wrong; it names the option, and quotes no value
 */
export async function createCache(options: CacheOptions): Promise<RunningCache> {
  checkAll(options);
  const { report = () => undefined, clock = systemClock, random = Math.random } = options;
  const authority = createAuthority(options, clock, report, random, (tag) => selfCheck?.bumped(tag));
  const selfCheck =
    options.selfCheck === false
      ? undefined
      : new SelfCheck({ ...options.selfCheck, authority, clock, report });
  const keys = new KeyScheme(options.namespace, options.keySecret);
  const { store, codec, timeoutMs } = options.store ?? inProcess(options, clock);
  const guarded = new GuardedStore({ store, timeoutMs, report });
  const tier = new SharedTier(guarded, codec, report);
  const shared = options.store && tier;
  const cache = new TieredCache({
    authority,
    shared,
    clock,
    report,
    random,
    keys,
    watcher: selfCheck,
    localMaxBytes: options.localMaxBytes ?? LOCAL_MAX_BYTES,
    leaseTtlMs: LEASE_TTL_MS,
    leaseWaitMs: LEASE_WAIT_MS,
  });
  await authority.start();
  const close = async (): Promise<void> => {
    await Promise.all([cache.close(), selfCheck?.close()]);
    await Promise.all([authority.close(), guarded.close()]);
  };
  const keyvStore = (namespace: string): KeyvStore =>
    new KeyvStore({ tier, authority, keys, clock, report, namespace });
  return { cache, authority, shared, keys, clock, keyvStore, close };
}

function checkAll(options: CacheOptions): void {
  checkOptions(THE_CACHE, options, RULES);
  const { store, selfCheck = false } = options;
  if (store !== undefined) checkOptions(THE_CACHE, store, STORE_RULES, 'store.');
  if (selfCheck !== false) checkOptions(THE_CACHE, selfCheck, SELF_CHECK_RULES, 'selfCheck.');
}

/** Where there is no shared tier, what Keyv stores stays in this process. */
function inProcess(
  { localMaxBytes = LOCAL_MAX_BYTES }: CacheOptions,
  clock: Clock,
): NonNullable<CacheOptions['store']> {
  return {
    store: new MemoryStore({ maxBytes: localMaxBytes, clock }),
    codec: createCodec({ encryption: { mode: 'off' } }),
    timeoutMs: MEMORY_TIMEOUT_MS,
  };
}

function createAuthority(
  options: CacheOptions,
  clock: Clock,
  report: Report,
  random: () => number,
  onBump: (tag: Tag) => void,
): PostgresAuthority {
  return new PostgresAuthority({
    connectionString: options.databaseUrl,
    clock,
    random,
    feedTimeoutMs: options.feedTimeoutMs ?? FEED_TIMEOUT_MS,
    mapCapacity: options.mapCapacity ?? MAP_CAPACITY,
    report: {
      connected: () => report({ type: 'feed-connected' }),
      lost: (reason) => report({ type: 'feed-lost', reason }),
      dropped: () => report({ type: 'map-dropped' }),
      bumped: (tag) => {
        report({ type: 'invalidated' });
        onBump(tag);
      },
    },
    ...(options.openFeed === undefined ? {} : { openFeed: options.openFeed }),
  });
}
