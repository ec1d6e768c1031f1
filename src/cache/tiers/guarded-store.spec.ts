import { jest } from '@jest/globals';
import { CacheError, CacheUsageError } from '../base/errors.js';
import type { CacheEvent } from '../base/events.js';
import { GuardedStore } from './guarded-store.js';
import type { CacheStore, CallOptions } from '../stores/contract/cache-store.js';
import { MemoryStore } from '../stores/memory/memory-store.js';
import { countOf } from '../../../test/support/cache-harness.js';
import { STORE_FAULT, StoreDouble } from '../../../test/support/cache-store-double.js';

const KEY = { partition: 'test:record#1', versions: 'v1' };
const TIMEOUT_MS = 150;
const RETRY_MS = 1_000;

function guard(wrapped?: CacheStore) {
  const store = new StoreDouble(new MemoryStore({ maxBytes: 1_000_000 }));
  const events: CacheEvent[] = [];
  const guarded = new GuardedStore({
    store: wrapped ?? store,
    timeoutMs: TIMEOUT_MS,
    report: (event) => events.push(event),
    faultsToOpen: 5,
    retryAfterMs: RETRY_MS,
  });
  const read = async () => (await guarded.read([KEY], {}))?.[0];
  const write = () => guarded.write([[KEY, entry()]], {});
  const readTimes = async (times: number) => {
    for (let i = 0; i < times; i++) await read();
  };
  return { store, events, guarded, read, write, readTimes };
}

/** An entry that any reader may have. */
function entry() {
  return { bytes: Buffer.from('bytes'), createdAtMs: Date.now(), expiresAtMs: Date.now() + 60_000 };
}

describe('GuardedStore', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  // Guards guarded-store.ts: every method passes its arguments on.
  it('a store that works: everything goes through', async () => {
    const { guarded, read, write } = guard();

    expect(await write()).toBe(true);
    expect((await read())?.entry?.bytes.toString()).toBe('bytes');
    expect((await guarded.newest(KEY.partition, {}))?.[0]).toEqual(KEY);
    expect(await guarded.acquireLease(KEY, 'a', 1_000, {})).toBe(true);
    expect(await guarded.acquireLease(KEY, 'b', 1_000, {})).toBe(false);
    await guarded.releaseLease(KEY, 'a', {});
    expect(await guarded.acquireLease(KEY, 'b', 1_000, {})).toBe(true);
    expect(await guarded.ping()).toBe(true);
  });

  // Guards guarded-store.ts, call: the catch, and what each method answers instead.
  it('a store that throws: no method does, and none claims a success', async () => {
    const { store, guarded, events, read, write } = guard();
    store.fail(STORE_FAULT);

    expect(await read()).toBeUndefined();
    expect(await write()).toBe(false);
    expect(await guarded.newest(KEY.partition, {})).toBeUndefined();
    expect(await guarded.acquireLease(KEY, 'a', 1_000, {})).toBeUndefined();
    expect(await guarded.ping()).toBe(false);
    expect(countOf(events, { type: 'store-fault', code: 'CACHE_STORE_FAULT' })).toBe(5);
  });

  // Guards guarded-store.ts, read: `results[i] ?? MISS`, inside the guarded call.
  it.each([
    ['nothing', [], { entry: undefined }],
    ['less than nothing', [null], { entry: undefined }],
    ['no list', undefined, undefined],
  ])('a store that keeps no contract and answers %s: a miss', async (_, answer, expected) => {
    const odd = { read: () => Promise.resolve(answer) } as unknown as CacheStore;

    expect(await guard(odd).read()).toEqual(expected);
  });

  describe('the time limit', () => {
    // Guards guarded-store.ts, inTime: `Promise.race([…, deadline.promise])`.
    it('a call that never settles ends at its limit', async () => {
      const { store, read, events } = guard();
      store.fail('hang', 'read');
      let answered = false;
      const reading = read().then(() => (answered = true));
      await jest.advanceTimersByTimeAsync(TIMEOUT_MS - 1);
      expect(answered).toBe(false);
      await jest.advanceTimersByTimeAsync(1);
      await reading;

      expect(countOf(events, { type: 'store-fault', code: 'CACHE_STORE_TIMEOUT' })).toBe(1);
    });

    // Guards guarded-store.ts, inTime: `abort.abort()`, after the rejection.
    it('a client that minds its signal is told to give up, and the reason is the time limit', async () => {
      let signal: AbortSignal | undefined;
      const polite = {
        read: (_: unknown, call: CallOptions) =>
          new Promise((_resolve, reject) => {
            signal = call.signal;
            call.signal?.addEventListener('abort', () => reject(new Error('aborted')));
          }),
      } as unknown as CacheStore;
      const { read, events } = guard(polite);
      const reading = read();
      await jest.advanceTimersByTimeAsync(TIMEOUT_MS);
      await reading;

      expect(signal?.aborted).toBe(true);
      expect(countOf(events, { type: 'store-fault', code: 'CACHE_STORE_TIMEOUT' })).toBe(1);
    });

    // Guards guarded-store.ts, inTime: `progress = (): void => void (isUnderWay && timer.refresh())`.
    it('a call of several answers has the limit for each of them', async () => {
      const slow = {
        read: async (_: unknown, { progress }: CallOptions) => {
          for (let i = 0; i < 4; i++) {
            await new Promise((resolve) => setTimeout(resolve, TIMEOUT_MS - 10));
            progress?.();
          }
          return [{ entry: entry() }];
        },
      } as unknown as CacheStore;
      const { read } = guard(slow);
      const reading = read();
      await jest.advanceTimersByTimeAsync(4 * TIMEOUT_MS);

      expect((await reading)?.entry).toBeDefined();
    });

    // Guards guarded-store.ts, inTime: `clearTimeout` in the finally, and `isUnderWay`.
    it.each([
      ['in time', []],
      ['at its limit', 'hang'],
    ])(
      'a call that ended %s leaves no timer, also when a late client reports progress',
      async (_, answer) => {
        let progress: (() => void) | undefined;
        const late = {
          read: (__: unknown, call: CallOptions) => {
            progress = call.progress;
            return answer === 'hang' ? new Promise(() => undefined) : Promise.resolve(answer);
          },
        } as unknown as CacheStore;
        const reading = guard(late).read();
        if (answer === 'hang') await jest.advanceTimersByTimeAsync(TIMEOUT_MS);
        await reading;
        expect(jest.getTimerCount()).toBe(0);
        progress?.();

        expect(jest.getTimerCount()).toBe(0);
      },
    );
  });

  describe('the breaker', () => {
    // Guards guarded-store.ts: `new ConsecutiveBreaker(faultsToOpen)`.
    it('opens after five faults in a row: then the store is left alone', async () => {
      const { store, guarded, readTimes } = guard();
      store.fail(STORE_FAULT);
      await readTimes(4);
      expect(guarded.state).toBe('closed');
      await readTimes(1);
      expect(guarded.state).toBe('open');
      const calls = store.calls.length;
      await readTimes(100);

      expect(store.calls.length).toBe(calls);
    });

    // Guards guarded-store.ts, isFault: `CACHE_STORE_TIMEOUT`, and every error that is not ours.
    it.each([
      ['that hang', 'hang'],
      ['that throw what is not ours', new TypeError('socket')],
    ] as const)('opens after five calls %s', async (_, fault) => {
      const { store, guarded, readTimes } = guard();
      store.fail(fault);
      const reading = readTimes(5);
      await jest.advanceTimersByTimeAsync(5 * TIMEOUT_MS);
      await reading;

      expect(guarded.state).toBe('open');
    });

    // Guards guarded-store.ts: faults in a row.
    it('does not open while calls succeed in between', async () => {
      const { store, guarded, readTimes } = guard();
      for (let i = 0; i < 5; i++) {
        store.fail(STORE_FAULT);
        await readTimes(4);
        store.heal();
        await readTimes(1);
      }

      expect(guarded.state).toBe('closed');
    });

    // Guards guarded-store.ts, isFault: what is the caller's own doing is none.
    it.each([
      ['an entry over the limit', new CacheError('CACHE_ENTRY_TOO_LARGE', 'made by a test')],
      ['a request that is refused', new CacheUsageError('CACHE_REQUEST_REFUSED', 'made by a test')],
    ])('does not open for %s, however often, and counts it', async (_, refusal) => {
      const { store, guarded, events, read, write } = guard();
      store.fail(refusal, 'write');
      for (let i = 0; i < 50; i++) expect(await write()).toBe(false);

      expect(guarded.state).toBe('closed');
      expect(countOf(events, { type: 'store-fault', code: refusal.code })).toBe(50);
      expect(await read()).toEqual({ entry: undefined });
      expect(store.count('read')).toBe(1);
    });

    // Guards guarded-store.ts: `halfOpenAfter`.
    it('closes again by itself: one call after the pause tries', async () => {
      const { store, guarded, write, readTimes } = guard();
      store.fail(STORE_FAULT);
      await readTimes(5);
      store.heal();
      await jest.advanceTimersByTimeAsync(2 * RETRY_MS);
      await readTimes(1);

      expect(guarded.state).toBe('closed');
      expect(await write()).toBe(true);
    });

    // Guards guarded-store.ts: `ExponentialBackoff`, and its `maxDelay`.
    it('the attempt fails: open again, for at most thirty pauses', async () => {
      const { store, guarded, readTimes } = guard();
      store.fail(STORE_FAULT);
      await readTimes(5);
      for (let i = 0; i < 10; i++) {
        await jest.advanceTimersByTimeAsync(30 * RETRY_MS);
        await readTimes(10);
        expect(guarded.state).toBe('open');
      }
      expect(store.calls.length).toBe(5 + 10);

      store.heal();
      await jest.advanceTimersByTimeAsync(30 * RETRY_MS);
      await readTimes(1);
      expect(guarded.state).toBe('closed');
    });

    // Guards guarded-store.ts: `isBrokenCircuitError`, and `onStateChange`.
    it('tells state changes once each, and nothing for a request while it is open', async () => {
      const { store, events, readTimes } = guard();
      store.fail(STORE_FAULT);
      await readTimes(5);
      const told = events.length;
      await readTimes(1_000);
      expect(events.length).toBe(told);
      store.heal();
      await jest.advanceTimersByTimeAsync(2 * RETRY_MS);
      await readTimes(10);

      expect(events.filter(({ type }) => type === 'breaker')).toEqual([
        { type: 'breaker', state: 'open' },
        { type: 'breaker', state: 'half-open' },
        { type: 'breaker', state: 'closed' },
      ]);
      expect(countOf(events, { type: 'store-fault' })).toBe(5);
    });
  });
});
