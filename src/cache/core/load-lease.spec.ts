import { GuardedStore } from '../tiers/guarded-store.js';
import { takeLease } from './load-lease.js';
import type { CacheEvent } from '../base/events.js';
import { MemoryStore } from '../stores/memory/memory-store.js';
import { countOf } from '../../../test/support/cache-harness.js';
import { STORE_FAULT, StoreDouble } from '../../../test/support/cache-store-double.js';
import { TestClock } from '../../../test/support/test-clock.js';

const KEY = { partition: 'test:record#1', versions: 'v1' };

function leases({ waitMs = 60_000, random = () => 0 } = {}) {
  const clock = new TestClock();
  const store = new StoreDouble(new MemoryStore({ maxBytes: 1_000_000, clock }));
  const events: CacheEvent[] = [];
  const report = (event: CacheEvent): void => void events.push(event);
  const guarded = new GuardedStore({ store, timeoutMs: 5_000, report });
  const tools = { store: guarded, report, random, ttlMs: 5_000, waitMs };
  const take = (owner: string, find: () => Promise<string | undefined> = () => Promise.resolve(undefined)) =>
    takeLease(KEY, 'record', owner, find, tools);
  return { clock, store, guarded, events, take };
}

describe('takeLease', () => {
  // Guards load-lease.ts: `if (won)`.
  it('the first who asks holds it', async () => {
    const { take, events } = leases();

    expect(await take('a')).toEqual({ held: true });
    expect(countOf(events, { type: 'lease', outcome: 'won' })).toBe(1);
  });

  // Guards load-lease.ts: `const found = await find()`.
  it('the others look for its entry until it is there', async () => {
    const { take, events, store } = leases();
    await take('a');
    let looks = 0;
    const find = () => Promise.resolve(++looks === 3 ? 'entry' : undefined);

    expect(await take('b', find)).toEqual({ held: false, found: 'entry' });
    expect(looks).toBe(3);
    expect(store.count('acquire-lease')).toBe(4);
    expect(countOf(events, { type: 'lease', outcome: 'waited' })).toBe(1);
  });

  // Guards load-lease.ts: each round asks for the lease first.
  it('it is given back without an entry: the next who asks holds it', async () => {
    const { take, guarded } = leases();
    await take('a');
    let looks = 0;
    const find = async () => {
      if (++looks === 2) await guarded.releaseLease(KEY, 'a', {});
      return undefined;
    };

    expect(await take('b', find)).toEqual({ held: true });
  });

  // Guards load-lease.ts: the ttl that is asked for.
  it('its holder died: it ends by itself', async () => {
    const { take, clock } = leases();
    await take('a');
    const find = () => {
      clock.advance(5_000);
      return Promise.resolve(undefined);
    };

    expect(await take('b', find)).toEqual({ held: true });
  });

  // Guards load-lease.ts: `if (leftMs <= 0)`, and `Math.min(leftMs, …)`.
  it('it takes too long: who waits goes on without', async () => {
    const { take, events } = leases({ waitMs: 10 });
    await take('a');

    expect(await take('b')).toEqual({ held: false, found: undefined });
    expect(countOf(events, { type: 'lease', outcome: 'timed-out' })).toBe(1);
  });

  // Guards load-lease.ts: `if (won === undefined)`. Nobody waits for a store that does not answer.
  it('the store cannot say: who asks goes on at once', async () => {
    const { take, store, events } = leases();
    store.fail(STORE_FAULT, 'acquire-lease');

    expect(await take('a')).toEqual({ held: false, found: undefined });
    expect(countOf(events, { type: 'lease', outcome: 'unavailable' })).toBe(1);
    expect(store.calls).toEqual(['acquire-lease']);
  });
});
