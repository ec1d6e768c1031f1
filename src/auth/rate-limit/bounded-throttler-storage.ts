import type { ThrottlerStorage } from '@nestjs/throttler';
import { LRUCache } from 'lru-cache';
import { HitWindow } from './hit-window.js';

/** Callers of one kind that are remembered; about 450 bytes each. */
export const MAX_CALLERS = 20_000;

type Kind = 'subject' | 'address';
type StorageRecord = Awaited<ReturnType<ThrottlerStorage['increment']>>;

/** The key under which a caller is counted. */
export function callerKey(kind: Kind, id: string): string {
  return `${kind}:${id}`;
}

/**
 * Counts requests in memory that does not grow: the throttler's own storage keeps a time for each request, reads them
 * all at each request, and any number of callers. Here a caller costs twelve counters, and of each kind those longest
 * unseen are forgotten first. The kinds are kept apart, so that a flood from many addresses makes no principal forgotten.
 */
export class BoundedThrottlerStorage implements ThrottlerStorage {
  private readonly windows: Readonly<Record<Kind, LRUCache<string, HitWindow>>> = {
    subject: new LRUCache({ max: MAX_CALLERS }),
    address: new LRUCache({ max: MAX_CALLERS }),
  };

  /** @param now a clock in ms that never goes back */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Callers that are remembered now. */
  get size(): number {
    return this.windows.subject.size + this.windows.address.size;
  }

  /** Takes one request of `key` into account. `seconds`: until the next one is allowed, or the count begins to fall. */
  count(key: string, windowMs: number, limit: number): { allowed: boolean; hits: number; seconds: number } {
    const { allowed, hits, freesInMs } = this.windowOf(key, windowMs).take(this.now(), limit);
    return { allowed, hits, seconds: Math.max(1, Math.ceil(freesInMs / 1_000)) };
  }

  // Not `async`: the work is synchronous, only the throttler's port is not.
  increment(key: string, windowMs: number, limit: number): Promise<StorageRecord> {
    const { allowed, hits, seconds } = this.count(key, windowMs, limit);
    return Promise.resolve({
      totalHits: hits,
      timeToExpire: seconds,
      isBlocked: !allowed,
      timeToBlockExpire: allowed ? 0 : seconds,
    });
  }

  private windowOf(key: string, windowMs: number): HitWindow {
    const windows = this.windows[key.startsWith('subject:') ? 'subject' : 'address'];
    const known = windows.get(key);
    if (known !== undefined) return known;
    const created = new HitWindow(windowMs);
    windows.set(key, created);
    return created;
  }
}
