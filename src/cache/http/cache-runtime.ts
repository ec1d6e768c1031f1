import type { KeyScheme } from '../keys/cache-key.js';
import type { Clock } from '../base/clock.js';
import type { Report } from '../base/events.js';
import type { SharedTier } from '../tiers/shared-tier.js';
import type { TieredCache } from '../core/tiered-cache.js';
import type { VersionAuthority } from '../versions/version-authority.js';
import type { RouteDefaults } from './routes/cached-route.js';

/** What the interceptor and the operators' routes work with. */
export interface CacheRuntime {
  readonly cache: TieredCache;
  readonly authority: VersionAuthority;
  readonly shared: SharedTier | undefined;
  readonly keys: KeyScheme;
  readonly clock: Clock;
  readonly report: Report;
  readonly defaults: RouteDefaults;
}

export const CacheRuntime = Symbol('CacheRuntime');
