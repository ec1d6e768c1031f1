import {
  CircuitState,
  ConsecutiveBreaker,
  ExponentialBackoff,
  circuitBreaker,
  isBrokenCircuitError,
  handleWhen,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import { CacheError } from '../base/errors.js';
import type { Report, StoreOperation } from '../base/events.js';
import type { CacheStore, CallOptions, ReadResult, StoredEntry } from '../stores/contract/cache-store.js';
import type { EntryKey } from '../keys/entry-key.js';

export interface GuardOptions {
  readonly store: CacheStore;
  /** Time limit of one call, in ms. */
  readonly timeoutMs: number;
  readonly report: Report;
  /** Faults in a row that open the breaker. */
  readonly faultsToOpen?: number;
  /** Pause before the first attempt to close it again, in ms; it doubles up to thirty times that. */
  readonly retryAfterMs?: number;
}

const FAULTS_TO_OPEN = 5;
const RETRY_AFTER_MS = 1_000;
const LONGEST_PAUSE = 30;
const MISS: ReadResult = { entry: undefined };

/**
 * L2 as the tiers use it: optional. No method throws. Every call has a time limit of its own (a client may ignore
 * signals) and passes a circuit breaker that counts faults only: a refused entry says nothing about the store's health.
 *
 * Leases have a breaker of their own: leases that succeed must not hide that entries cannot be had, nor the other way
 * round. While entries cannot be had, nobody needs a lease. Where a cache stands in front of the store (its capability
 * `behindCache`), the newest entry and consistent reads go past that cache, and count with the leases.
 */
export class GuardedStore {
  /** For entries; its state is what operators see. */
  private readonly breaker: CircuitBreakerPolicy;
  /** For leases, and for what a store answers past the cache in front of it. */
  private readonly leaseBreaker: CircuitBreakerPolicy;

  constructor(private readonly options: GuardOptions) {
    this.breaker = breakerOf(options);
    this.leaseBreaker = breakerOf(options);
    this.breaker.onStateChange((state) => {
      const name = STATE_NAMES[state];
      if (name !== undefined) options.report({ type: 'breaker', state: name });
    });
    this.leaseBreaker.onStateChange((state) => {
      const name = STATE_NAMES[state];
      if (name !== undefined) options.report({ type: 'lease-breaker', state: name });
    });
  }

  get state(): 'closed' | 'open' | 'half-open' {
    return STATE_NAMES[this.breaker.state] ?? 'open';
  }

  /** Longest entry that the store takes, in bytes. */
  get maxEntryBytes(): number {
    return this.options.store.capabilities.maxEntryBytes;
  }

  /** Reads that need not be consistent may be answered by a cache in front of the store. */
  get isBehindCache(): boolean {
    return this.options.store.capabilities.behindCache === true;
  }

  /** One result for each key, in order; undefined where the store cannot be asked. */
  read(keys: readonly EntryKey[], options: CallOptions): Promise<readonly ReadResult[] | undefined> {
    return this.call<readonly ReadResult[] | undefined>('read', undefined, options, async (store, call) => {
      const results = await store.read(keys, call);
      return keys.map((_, i) => results[i] ?? MISS);
    });
  }

  /** @returns whether all entries are stored now */
  write(entries: readonly (readonly [EntryKey, StoredEntry])[], options: CallOptions): Promise<boolean> {
    return this.call('write', false, options, async (store, call) => {
      await store.write(entries, call);
      return true;
    });
  }

  /** Undefined also where the store cannot be asked. */
  newest(partition: string, options: CallOptions): Promise<readonly [EntryKey, StoredEntry] | undefined> {
    return this.call('newest', undefined, options, (store, call) => store.newest(partition, call));
  }

  /** @returns whether `owner` holds the lease; undefined when nobody can say */
  acquireLease(
    key: EntryKey,
    owner: string,
    ttlMs: number,
    options: CallOptions,
  ): Promise<boolean | undefined> {
    if (this.state === 'open') return Promise.resolve(undefined);
    return this.call<boolean | undefined>('acquire-lease', undefined, options, (store, call) =>
      store.acquireLease(key, owner, ttlMs, call),
    );
  }

  releaseLease(key: EntryKey, owner: string, options: CallOptions): Promise<void> {
    return this.call('release-lease', undefined, options, (store, call) =>
      store.releaseLease(key, owner, call),
    );
  }

  /** @returns whether the store answers */
  ping(): Promise<boolean> {
    return this.call('ping', false, {}, async (store, call) => {
      await store.ping(call);
      return true;
    });
  }

  close(): Promise<void> {
    return this.options.store.close();
  }

  private async call<T>(
    operation: StoreOperation,
    otherwise: T,
    options: CallOptions,
    work: (store: CacheStore, call: CallOptions) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.breakerFor(operation, options).execute(() => this.inTime(options, work));
    } catch (error) {
      // An open breaker is told once, when it opens.
      if (!isBrokenCircuitError(error)) {
        const code = error instanceof CacheError ? error.code : 'CACHE_STORE_FAULT';
        this.options.report({ type: 'store-fault', operation, code });
      }
      return otherwise;
    }
  }

  private breakerFor(operation: StoreOperation, { consistent = false }: CallOptions): CircuitBreakerPolicy {
    if (operation.endsWith('-lease')) return this.leaseBreaker;
    const passesCache = operation === 'newest' || (operation === 'read' && consistent);
    return passesCache && this.isBehindCache ? this.leaseBreaker : this.breaker;
  }

  /** A deadline of our own, which progress puts off: a client may ignore its signal, and then its promise is left behind. */
  private async inTime<T>(
    options: CallOptions,
    work: (store: CacheStore, call: CallOptions) => Promise<T>,
  ): Promise<T> {
    const abort = new AbortController();
    const deadline = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      deadline.reject(new CacheError('CACHE_STORE_TIMEOUT', 'The store did not answer in time.'));
      abort.abort();
    }, this.options.timeoutMs);
    let isUnderWay = true;
    // A client that goes on after the end must not bring the timer back.
    const progress = (): void => void (isUnderWay && timer.refresh());
    const call: CallOptions = { ...options, signal: abort.signal, progress };
    try {
      return await Promise.race([work(this.options.store, call), deadline.promise]);
    } finally {
      isUnderWay = false;
      clearTimeout(timer);
    }
  }
}

function breakerOf({
  faultsToOpen = FAULTS_TO_OPEN,
  retryAfterMs = RETRY_AFTER_MS,
}: GuardOptions): CircuitBreakerPolicy {
  return circuitBreaker(
    handleWhen((error) => isFault(error)),
    {
      breaker: new ConsecutiveBreaker(faultsToOpen),
      halfOpenAfter: new ExponentialBackoff({
        initialDelay: retryAfterMs,
        maxDelay: retryAfterMs * LONGEST_PAUSE,
      }),
    },
  );
}

const STATE_NAMES: Readonly<Partial<Record<CircuitState, 'closed' | 'open' | 'half-open'>>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
};

/** What is the caller's own doing opens no breaker: an entry over the limit, a request that is refused as such. */
function isFault(error: unknown): boolean {
  return (
    !(error instanceof CacheError) ||
    error.code === 'CACHE_STORE_FAULT' ||
    error.code === 'CACHE_STORE_TIMEOUT'
  );
}
