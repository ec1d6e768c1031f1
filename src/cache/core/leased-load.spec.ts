import { Background } from '../base/background.js';
import type { CacheEvent } from '../base/events.js';
import { MemoryStore } from '../stores/memory/memory-store.js';
import { GuardedStore } from '../tiers/guarded-store.js';
import { countOf } from '../../../test/support/cache-harness.js';
import { STORE_FAULT, StoreDouble } from '../../../test/support/cache-store-double.js';
import { TestClock } from '../../../test/support/test-clock.js';
import type { Fill } from './fill.js';
import { LeasedLoad, type LeasedWork } from './leased-load.js';

const KEY = { partition: 'test:record#1', versions: 'v1' };
const FOUND: Fill<string> = { entry: undefined, value: 'found', source: 'L2', notStored: undefined };
const LOADED: Fill<string> = {
  entry: {
    content: 'loaded',
    size: 6,
    isAbsence: false,
    everything: undefined,
    dependencies: new Map(),
    createdAtMs: 0,
    expiresAtMs: 60_000,
    loadMs: 1,
  },
  value: 'loaded',
  source: 'load',
  notStored: undefined,
};

function leases({ leaseWaitMs = 60_000, behindCache = false, background = new Background(10) } = {}) {
  const clock = new TestClock(0);
  const store = new StoreDouble(new MemoryStore({ maxBytes: 1_000_000, clock }), { behindCache });
  const events: CacheEvent[] = [];
  const report = (event: CacheEvent): void => void events.push(event);
  const guarded = new GuardedStore({ store, timeoutMs: 5_000, report });
  const options = {
    store: guarded,
    background,
    clock,
    report,
    random: () => 0,
    leaseTtlMs: 5_000,
    leaseWaitMs,
  };
  const run = (work: Partial<LeasedWork<string>> = {}) =>
    new LeasedLoad<string>(
      {
        key: KEY,
        name: 'record',
        find: () => Promise.resolve(undefined),
        load: () => Promise.resolve({ fill: LOADED, writeShared: () => Promise.resolve(KEY) }),
        ...work,
      },
      options,
    ).run();
  /** Another process holds the lease. */
  const holdElsewhere = () => guarded.acquireLease(KEY, 'a', 5_000, {});
  const isFree = () => guarded.acquireLease(KEY, 'anybody', 5_000, {});
  const settled = () => background.settle(1_000);
  return { clock, store, guarded, events, run, holdElsewhere, isFree, settled };
}

describe('LeasedLoad', () => {
  // Guards leased-load.ts, waitForTurn: `if (won)`.
  it('the first who asks loads', async () => {
    const { run, events } = leases();

    expect(await run()).toBe(LOADED);
    expect(countOf(events, { type: 'lease', outcome: 'won' })).toBe(1);
  });

  // Guards leased-load.ts, waitForTurn: `const found = await this.work.find()`.
  it('the others look for its entry until it is there', async () => {
    const { run, holdElsewhere, events, store } = leases();
    await holdElsewhere();
    let looks = 0;
    const find = () => Promise.resolve(++looks === 3 ? FOUND : undefined);

    expect(await run({ find })).toBe(FOUND);
    expect(looks).toBe(3);
    expect(store.count('acquire-lease')).toBe(4);
    expect(countOf(events, { type: 'lease', outcome: 'waited' })).toBe(1);
  });

  // Guards leased-load.ts, waitForTurn: each round asks for the lease first.
  it('it is given back without an entry: the next who asks loads', async () => {
    const { run, holdElsewhere, guarded } = leases();
    await holdElsewhere();
    let looks = 0;
    const find = async () => {
      if (++looks === 2) await guarded.releaseLease(KEY, 'a', {});
      return undefined;
    };

    expect(await run({ find })).toBe(LOADED);
  });

  // Guards leased-load.ts, waitForTurn: the ttl that is asked for.
  it('its holder died: it ends by itself', async () => {
    const { run, holdElsewhere, clock } = leases();
    await holdElsewhere();
    const find = () => {
      clock.advance(5_000);
      return Promise.resolve(undefined);
    };

    expect(await run({ find })).toBe(LOADED);
  });

  // Guards leased-load.ts, waitForTurn: `if (leftMs <= 0)`, and `Math.min(leftMs, …)`.
  it('it takes too long: whoever waits goes on without', async () => {
    const { run, holdElsewhere, events } = leases({ leaseWaitMs: 10 });
    await holdElsewhere();

    expect(await run()).toBeUndefined();
    expect(countOf(events, { type: 'lease', outcome: 'timed-out' })).toBe(1);
  });

  // Guards leased-load.ts, waitForTurn: `if (won === undefined)`. Nobody waits for a store that does not answer.
  it('the store cannot say: whoever asks goes on at once', async () => {
    const { run, store, events } = leases();
    store.fail(STORE_FAULT, 'acquire-lease');

    expect(await run()).toBeUndefined();
    expect(countOf(events, { type: 'lease', outcome: 'unavailable' })).toBe(1);
    expect(store.calls).toEqual(['acquire-lease']);
  });

  // Guards leased-load.ts, loadAsHolder: `store.isBehindCache ? await this.work.find()`.
  it.each([
    [true, FOUND],
    [false, LOADED],
  ])('behind a cache (%s) the holder looks once more before it loads', async (behindCache, expected) => {
    const { run, isFree, settled } = leases({ behindCache });

    expect(await run({ find: () => Promise.resolve(FOUND) })).toBe(expected);
    await settled();
    expect(await isFree()).toBe(behindCache);
  });

  describe('its end', () => {
    const elsewhere = { ...KEY, versions: 'v2' };
    const brief = { ...LOADED, entry: { ...LOADED.entry!, expiresAtMs: 500 } };

    // Guards leased-load.ts, end: `acquireLease(…, LEASE_LINGER_MS, …)`.
    it('an entry under its key: it lingers for half a second', async () => {
      const { run, isFree, settled, clock } = leases();
      await run();
      await settled();

      clock.advance(499);
      expect(await isFree()).toBe(false);
      clock.advance(1);
      expect(await isFree()).toBe(true);
    });

    // Guards leased-load.ts, end: `isFound`, and `lastsMs <= LEASE_LINGER_MS`; and that nobody keeps it without an entry.
    it.each<[string, Partial<LeasedWork<string>>]>([
      ['nothing may be stored', { load: () => Promise.resolve({ fill: LOADED, writeShared: undefined }) }],
      [
        'the store does not take it',
        { load: () => Promise.resolve({ fill: LOADED, writeShared: () => Promise.resolve(undefined) }) },
      ],
      [
        'it is stored under newer versions',
        { load: () => Promise.resolve({ fill: LOADED, writeShared: () => Promise.resolve(elsewhere) }) },
      ],
      [
        'it expires sooner than that',
        { load: () => Promise.resolve({ fill: brief, writeShared: () => Promise.resolve(KEY) }) },
      ],
      ['the load fails', { load: () => Promise.reject(new Error('made by a test')) }],
    ])('%s: it is given back at once', async (_, work) => {
      const { run, isFree, settled } = leases();
      await run(work).catch(() => undefined);
      await settled();

      expect(await isFree()).toBe(true);
    });

    // Guards leased-load.ts, loadAsHolder: `write-shed`.
    it('too much is being stored already: the answer is given all the same, and the write is counted as shed', async () => {
      const { run, events } = leases({ background: new Background(0) });

      expect(await run()).toBe(LOADED);
      expect(countOf(events, { type: 'write-shed' })).toBe(1);
    });
  });
});
