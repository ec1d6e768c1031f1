import type { TieredCache } from '../core/tiered-cache.js';
import type { SharedTier } from '../tiers/shared-tier.js';
import type { Tier } from '../base/events.js';
import type { FeedState, VersionAuthority } from '../versions/version-authority.js';
import type { CacheStats } from './cache-stats.js';
import { usdOf, usdPerMillionHits } from './prices.js';
import type { RouteCounts } from './route-counts.js';
import { savingsOf, type Savings } from './savings.js';
import type { Timeline } from './timeline.js';

type Counts = Readonly<Record<string, number>>;
type ByTier = Readonly<Record<Tier, number>>;

/** A change of state. `at`: ISO 8601; `times`: how often in a row. */
export interface StateChange {
  readonly at: string;
  readonly to: string;
  readonly reason: string | null;
  readonly times: number;
}

/** Durations in ms; null before the first. Percentiles are estimates. */
export interface LoadOverview {
  readonly count: number;
  readonly failed: number;
  readonly lagged: number;
  readonly meanMs: number | null;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
}

export interface TrafficOverview {
  readonly requests: number;
  readonly hits: ByTier;
  readonly misses: ByTier;
  /** Of the requests, those answered from a tier; null before the first. */
  readonly hitRatio: number | null;
  readonly joined: number;
  readonly servedStale: number;
  readonly readUnits: number;
  readonly writeUnits: number;
  /** What the units cost, in US dollars. */
  readonly usd: number;
  readonly usdPerMillionHits: number | null;
  readonly saved: Savings;
}

export interface RouteOverview extends TrafficOverview {
  readonly name: string;
  readonly loads: LoadOverview;
  readonly stored: ByTier;
  readonly storedBytes: ByTier;
  readonly leases: Counts;
  readonly notStored: Counts;
  readonly defects: Counts;
  readonly checks: Counts;
  readonly refreshedEarly: number;
  readonly dependenciesChanged: number;
  readonly writesShed: number;
}

/** The state of the cache in this process, and what happened in it since the process began. */
export interface CacheOverview {
  readonly since: string;
  readonly perSecond: { readonly requests: number; readonly hits: number; readonly loads: number };
  readonly total: TrafficOverview & { readonly loads: number; readonly inconsistencies: number };
  readonly local: { readonly entries: number; readonly bytes: number; readonly maxBytes: number };
  readonly shared: {
    readonly state: 'none' | 'closed' | 'half-open' | 'open';
    readonly faults: Counts;
    readonly changes: Counts;
    readonly timeline: readonly StateChange[];
  };
  readonly feed: {
    readonly state: FeedState;
    readonly invalidations: number;
    readonly versionsUntold: number;
    readonly changes: Counts;
    readonly timeline: readonly StateChange[];
  };
  /** Asked for in this process. */
  readonly flushes: readonly StateChange[];
  readonly routes: readonly RouteOverview[];
}

/** What {@link overviewOf} looks at beside the statistics. */
interface Observed {
  readonly cache: TieredCache;
  readonly shared: SharedTier | undefined;
  readonly authority: VersionAuthority;
}

export function overviewOf(stats: CacheStats, { cache, shared, authority }: Observed): CacheOverview {
  const routes = [...stats.routes];
  const all = routes.map(([, counts]) => counts);
  return {
    since: new Date(stats.sinceMs).toISOString(),
    perSecond: stats.perSecond,
    total: {
      ...trafficOf(all),
      loads: sum(all, ({ loads }) => loads.count),
      inconsistencies: sum(all, ({ checks }) => checks.of('inconsistent')),
    },
    local: { entries: cache.local.size, bytes: cache.local.bytes, maxBytes: cache.local.maxBytes },
    shared: {
      state: shared?.store.state ?? 'none',
      faults: stats.storeFaults.toJSON(),
      changes: stats.breaker.changes.toJSON(),
      timeline: changesOf(stats.breaker.timeline),
    },
    feed: {
      state: authority.feedState,
      invalidations: stats.invalidations,
      versionsUntold: stats.versionsUntold,
      changes: stats.feed.changes.toJSON(),
      timeline: changesOf(stats.feed.timeline),
    },
    flushes: changesOf(stats.flushes),
    routes: routes.map(([name, counts]) => routeOf(name, counts)),
  };
}

function routeOf(name: string, counts: RouteCounts): RouteOverview {
  const { loads } = counts;
  return {
    name,
    ...trafficOf([counts]),
    loads: {
      count: loads.count,
      failed: counts.loadsFailed,
      lagged: counts.loadsLagged,
      meanMs: loads.meanMs ?? null,
      p50Ms: loads.quantileMs(0.5) ?? null,
      p95Ms: loads.quantileMs(0.95) ?? null,
      p99Ms: loads.quantileMs(0.99) ?? null,
    },
    stored: { ...counts.stored },
    storedBytes: { ...counts.storedBytes },
    leases: counts.leases.toJSON(),
    notStored: counts.notStored.toJSON(),
    defects: counts.defects.toJSON(),
    checks: counts.checks.toJSON(),
    refreshedEarly: counts.refreshedEarly,
    dependenciesChanged: counts.dependenciesChanged,
    writesShed: counts.writesShed,
  };
}

function trafficOf(counts: readonly RouteCounts[]): TrafficOverview {
  const hits = byTier(counts, ({ hits }) => hits);
  const requests = sum(counts, (route) => route.requests);
  const units = {
    readUnits: sum(counts, ({ readUnits }) => readUnits),
    writeUnits: sum(counts, ({ writeUnits }) => writeUnits),
  };
  return {
    requests,
    hits,
    misses: byTier(counts, ({ misses }) => misses),
    hitRatio: requests === 0 ? null : (hits.L1 + hits.L2) / requests,
    joined: sum(counts, ({ joined }) => joined),
    servedStale: sum(counts, ({ servedStale }) => servedStale),
    ...units,
    usd: usdOf(units),
    usdPerMillionHits: usdPerMillionHits(units, hits.L1 + hits.L2) ?? null,
    saved: savingsOf(counts),
  };
}

function byTier(counts: readonly RouteCounts[], of: (counts: RouteCounts) => ByTier): ByTier {
  return { L1: sum(counts, (route) => of(route).L1), L2: sum(counts, (route) => of(route).L2) };
}

function sum(counts: readonly RouteCounts[], of: (counts: RouteCounts) => number): number {
  return counts.reduce((total, route) => total + of(route), 0);
}

function changesOf({ all }: Timeline): readonly StateChange[] {
  return all.map(({ atMs, to, reason, times }) => ({
    at: new Date(atMs).toISOString(),
    to,
    reason: reason ?? null,
    times,
  }));
}
