import type { CacheOutcome } from '../../core/cache-call.js';
import type { NotStored } from '../../base/events.js';

const seconds = (ms: number): number => Math.floor(ms / 1000);

/** The value of `Cache-Status` (RFC 9211) for an outcome. */
export function cacheStatus(outcome: Omit<CacheOutcome<unknown>, 'value'>, reloaded: boolean): string {
  switch (outcome.source) {
    case 'L1':
    case 'L2':
      return `careline; hit; ttl=${seconds(outcome.ttlMs)}; detail=${outcome.source}`;
    case 'stale':
      return `careline; hit; ttl=${-Math.max(1, seconds(outcome.ageMs))}; detail=stale-if-error`;
    case 'bypass':
      return 'careline; fwd=bypass';
    case 'joined':
      return 'careline; fwd=miss; collapsed';
    case 'load': {
      const stored = outcome.notStored === undefined ? 'stored' : `detail=${outcome.notStored}`;
      return `careline; fwd=${reloaded ? 'request' : 'miss'}; ${stored}`;
    }
  }
}

/** The value of `Cache-Status` for a request that the cache had no part in. */
export function bypassStatus(reason: NotStored): string {
  return `careline; fwd=bypass; detail=${reason}`;
}

/** For a response that is for this request alone. */
export const NOT_CACHEABLE_STATUS = 'careline; fwd=miss; detail=not-cacheable';
