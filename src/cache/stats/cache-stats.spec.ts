import type { CacheEvent } from '../base/events.js';
import { CacheStats, OTHER } from './cache-stats.js';
import { usdPerMillionHits } from './prices.js';

function clockAt(ms: number) {
  const time = { ms };
  return { time, clock: { now: () => 1_000_000 + time.ms, elapsed: () => time.ms } };
}

describe('CacheStats', () => {
  const name = 'PatientsController.record';
  const record = (...events: CacheEvent[]) => {
    const stats = new CacheStats();
    events.forEach(stats.record);
    return stats;
  };

  it('counts hits and misses by route and tier; requests are those of the tier in this process', () => {
    const counts = record(
      { type: 'hit', name, tier: 'L1' },
      { type: 'miss', name, tier: 'L1' },
      { type: 'hit', name, tier: 'L2' },
      { type: 'miss', name, tier: 'L1' },
      { type: 'miss', name, tier: 'L2' },
      { type: 'hit', name: 'other', tier: 'L1' },
    ).routes.get(name);

    expect(counts).toMatchObject({ hits: { L1: 1, L2: 1 }, misses: { L1: 2, L2: 1 }, requests: 3 });
  });

  it('counts loads with their durations, leases, refusals, defects and checks by their kind', () => {
    const counts = record(
      { type: 'loaded', name, durationMs: 3 },
      { type: 'load-failed', name },
      { type: 'load-lagged', name },
      { type: 'lease', name, outcome: 'won' },
      { type: 'lease', name, outcome: 'timed-out' },
      { type: 'lease', name, outcome: 'won' },
      { type: 'not-stored', name, reason: 'torn' },
      { type: 'defect', name, reason: 'checksum' },
      { type: 'checked', name, outcome: 'inconsistent' },
      { type: 'stored', name, tier: 'L2', bytes: 700 },
      { type: 'served-stale', name, ageMs: 5 },
      { type: 'joined', name },
      { type: 'refreshed-early', name },
      { type: 'dependency-changed', name },
      { type: 'write-shed', name },
    ).routes.get(name);

    expect(counts).toMatchObject({
      loads: { count: 1, sumMs: 3 },
      loadsFailed: 1,
      loadsLagged: 1,
      stored: { L1: 0, L2: 1 },
      storedBytes: { L1: 0, L2: 700 },
      servedStale: 1,
      joined: 1,
      refreshedEarly: 1,
      dependenciesChanged: 1,
      writesShed: 1,
    });
    expect(counts?.leases.toJSON()).toEqual({ won: 2, 'timed-out': 1 });
    expect(counts?.notStored.toJSON()).toEqual({ torn: 1 });
    expect(counts?.defects.toJSON()).toEqual({ checksum: 1 });
    expect(counts?.checks.toJSON()).toEqual({ inconsistent: 1 });
  });

  it('counts faults of the store, and keeps the changes of breaker and feed with their time', () => {
    const { time, clock } = clockAt(0);
    const stats = new CacheStats({ clock });
    stats.record({ type: 'store-fault', operation: 'read', code: 'CACHE_STORE_TIMEOUT' });
    stats.record({ type: 'breaker', state: 'open' });
    time.ms = 500;
    stats.record({ type: 'feed-lost', reason: 'unanswered' });
    stats.record({ type: 'feed-connected' });
    stats.record({ type: 'map-dropped' });
    stats.record({ type: 'invalidated' });
    stats.record({ type: 'versions-untold' });

    expect(stats.storeFaults.toJSON()).toEqual({ 'read CACHE_STORE_TIMEOUT': 1 });
    expect(stats.breaker.timeline.all).toEqual([
      { atMs: 1_000_000, to: 'open', reason: undefined, times: 1 },
    ]);
    expect(stats.feed.changes.toJSON()).toEqual({ 'lost:unanswered': 1, connected: 1, 'map-dropped': 1 });
    expect(stats.feed.timeline.all[0]).toMatchObject({ atMs: 1_000_500, to: 'lost', reason: 'unanswered' });
    expect(stats).toMatchObject({ invalidations: 1, versionsUntold: 1 });
  });

  it('counts names over the limit together, and goes on counting those it knows one by one', () => {
    const stats = new CacheStats({ maxNames: 2 });
    for (const route of ['a', 'b', 'c', 'd', 'a']) stats.record({ type: 'hit', name: route, tier: 'L1' });
    stats.consume({ name: 'e', readUnits: 1, writeUnits: 0 });

    expect([...stats.routes.keys()]).toEqual(['a', 'b', OTHER]);
    expect(stats.routes.get('a')?.hits.L1).toBe(2);
    expect(stats.routes.get(OTHER)).toMatchObject({ hits: { L1: 2, L2: 0 }, readUnits: 1 });
  });

  it('has at most 500 names by default, and one for the others', () => {
    const stats = new CacheStats();
    for (let i = 0; i < 10_000; i++) stats.record({ type: 'joined', name: `route${i}` });

    expect(stats.routes.size).toBe(501);
    expect(stats.routes.get(OTHER)?.joined).toBe(9_500);
  });

  it('adds up capacity units by route', () => {
    const stats = new CacheStats();
    stats.consume({ name, readUnits: 0.5, writeUnits: 0 });
    stats.consume({ name, readUnits: 0.5, writeUnits: 3 });

    expect(stats.routes.get(name)).toMatchObject({ readUnits: 1, writeUnits: 3 });
  });

  it('says how many requests, hits and loads a second there were in the last minute', () => {
    const { time, clock } = clockAt(0);
    const stats = new CacheStats({ clock });
    for (let i = 0; i < 20; i++) stats.record({ type: 'hit', name, tier: 'L1' });
    for (let i = 0; i < 10; i++) {
      stats.record({ type: 'miss', name, tier: 'L1' });
      stats.record({ type: 'hit', name, tier: 'L2' });
      stats.record({ type: 'loaded', name, durationMs: 1 });
    }
    time.ms = 10_000;

    expect(stats.perSecond).toEqual({ requests: 3, hits: 3, loads: 1 });
  });
});

describe('usdPerMillionHits', () => {
  it('spreads what all units cost over the hits', () => {
    // A million hits of half a read unit each, and a thousand writes of five.
    const usd = usdPerMillionHits({ readUnits: 500_000, writeUnits: 5_000 }, 1_000_000);

    expect(usd).toBeCloseTo(0.07625 + 0.0038125, 7);
  });

  it('is undefined without hits', () => {
    expect(usdPerMillionHits({ readUnits: 5, writeUnits: 5 }, 0)).toBeUndefined();
  });
});
