import { systemClock, type Clock } from '../base/clock.js';
import type { CacheEvent, FeedLoss, Report, StoreOperation } from '../base/events.js';
import type { ConsumedUnits } from '../stores/contract/cache-store.js';
import { RecentRate } from './recent-rate.js';
import { RouteCounts, type NamedEvent } from './route-counts.js';
import { Tally } from './tally.js';
import { Timeline } from './timeline.js';

export interface CacheStatsOptions {
  readonly clock?: Clock;
  /** Routes and functions that are counted one by one; the rest are counted together as `(other)`. Default 500. */
  readonly maxNames?: number;
  /** Takes every event that is not of one request: changes of state, and what checks came to. */
  readonly onChange?: Report;
}

const MAX_NAMES = 500;
/** No name of a route or function has brackets, so it is nobody's. */
export const OTHER = '(other)';

type BreakerState = Extract<CacheEvent, { readonly type: 'breaker' }>['state'];
export type FeedChange = 'connected' | 'map-dropped' | `lost:${FeedLoss}`;

/** Counts what happens in the cache since the process began. Bounded in memory, O(1) an event. */
export class CacheStats {
  readonly sinceMs: number;
  readonly storeFaults = new Tally<`${StoreOperation} ${string}`>();
  readonly breaker = { changes: new Tally<BreakerState>(), timeline: new Timeline() };
  readonly feed = { changes: new Tally<FeedChange>(), timeline: new Timeline() };
  readonly flushes = new Timeline();
  invalidations = 0;
  versionsUntold = 0;
  private readonly byName = new Map<string, RouteCounts>();
  private readonly clock: Clock;
  private readonly maxNames: number;
  private readonly onChange: Report;
  private readonly rates: {
    readonly requests: RecentRate;
    readonly hits: RecentRate;
    readonly loads: RecentRate;
  };

  constructor({
    clock = systemClock,
    maxNames = MAX_NAMES,
    onChange = () => undefined,
  }: CacheStatsOptions = {}) {
    this.onChange = onChange;
    this.clock = clock;
    this.maxNames = maxNames;
    this.sinceMs = clock.now();
    const now = clock.elapsed();
    this.rates = { requests: new RecentRate(now), hits: new RecentRate(now), loads: new RecentRate(now) };
  }

  /** By route or function, in the order in which they were first heard of. */
  get routes(): ReadonlyMap<string, RouteCounts> {
    return this.byName;
  }

  /** Over the last minute, a second. */
  get perSecond(): { readonly requests: number; readonly hits: number; readonly loads: number } {
    const now = this.clock.elapsed();
    const { requests, hits, loads } = this.rates;
    return { requests: requests.perSecond(now), hits: hits.perSecond(now), loads: loads.perSecond(now) };
  }

  /** Takes one event; a `Report`. */
  readonly record = (event: CacheEvent): void => {
    if ('name' in event) return this.recordNamed(event);
    this.recordState(event);
    this.onChange(event);
  };

  /** Takes what a call on the store consumed. */
  readonly consume = (units: ConsumedUnits): void => this.counts(units.name).consume(units);

  private recordNamed(event: NamedEvent): void {
    this.counts(event.name).add(event);
    if (event.type === 'checked') this.onChange(event);
    if (event.type !== 'hit' && event.type !== 'miss' && event.type !== 'loaded') return;
    const now = this.clock.elapsed();
    if (event.type === 'loaded') return this.rates.loads.add(now);
    if (event.tier === 'L1') this.rates.requests.add(now);
    if (event.type === 'hit') this.rates.hits.add(now);
  }

  private recordState(event: Exclude<CacheEvent, NamedEvent>): void {
    const now = this.clock.now();
    switch (event.type) {
      case 'store-fault':
        return this.storeFaults.add(`${event.operation} ${event.code}`);
      case 'breaker':
        this.breaker.changes.add(event.state);
        return this.breaker.timeline.add(now, event.state);
      case 'lease-breaker':
        // Its changes are in the log; what it costs is in the outcomes of leases and the faults of the store.
        return undefined;
      case 'feed-connected':
        this.feed.changes.add('connected');
        return this.feed.timeline.add(now, 'connected');
      case 'feed-lost':
        this.feed.changes.add(`lost:${event.reason}`);
        return this.feed.timeline.add(now, 'lost', event.reason);
      case 'map-dropped':
        this.feed.changes.add('map-dropped');
        return this.feed.timeline.add(now, 'map-dropped');
      case 'invalidated':
        this.invalidations++;
        return;
      case 'versions-untold':
        this.versionsUntold++;
        return;
      case 'flushed':
        return this.flushes.add(now, 'flushed', event.kind);
    }
  }

  private counts(name: string): RouteCounts {
    const known = this.byName.get(name);
    if (known !== undefined) return known;
    const counted = this.byName.size < this.maxNames ? name : OTHER;
    const counts = this.byName.get(counted) ?? new RouteCounts();
    this.byName.set(counted, counts);
    return counts;
  }
}
