import { STORE_FAULT, StoreDouble } from '../../../test/support/cache-store-double.js';
import type { CacheEvent } from '../base/events.js';
import { GuardedStore } from './guarded-store.js';
import { MemoryStore } from '../stores/memory/memory-store.js';

const KEY = { partition: 'test:record#1', versions: 'v1' };
const FAULTS_TO_OPEN = 5;

function guard({ behindCache = true } = {}) {
  const store = new StoreDouble(new MemoryStore({ maxBytes: 1_000_000 }), { behindCache });
  const events: CacheEvent[] = [];
  const guarded = new GuardedStore({
    store,
    timeoutMs: 10_000,
    report: (event) => void events.push(event),
    faultsToOpen: FAULTS_TO_OPEN,
    // Beyond the end of a test.
    retryAfterMs: 600_000,
  });
  return { store, guarded, events };
}

/** An entry that any reader may have. */
function entry() {
  return { bytes: Buffer.from('bytes'), createdAtMs: Date.now(), expiresAtMs: Date.now() + 60_000 };
}

describe('GuardedStore, where some answers come from elsewhere', () => {
  // Guards guarded-store.ts: `leaseBreaker`, and `this.state === 'open'` in acquireLease.
  it('leases that succeed do not hide that entries cannot be had, and then are asked for no more', async () => {
    const { store, guarded } = guard();
    store.fail(STORE_FAULT, 'read');
    for (let i = 0; i < FAULTS_TO_OPEN; i++) {
      await guarded.read([KEY], {});
      await guarded.acquireLease({ ...KEY, versions: `v${i}` }, 'a', 1_000, {});
    }

    expect(guarded.state).toBe('open');
    const asked = store.count('acquire-lease');
    expect(await guarded.acquireLease(KEY, 'a', 1_000, {})).toBeUndefined();
    expect(store.count('acquire-lease')).toBe(asked);
  });

  // Guards guarded-store.ts, breakerFor: `newest`, and `consistent`.
  it('entries that cannot be had: the newest and consistent reads still go to where they are kept', async () => {
    const { store, guarded } = guard();
    await guarded.write([[KEY, entry()]], {});
    store.fail(STORE_FAULT, 'read');
    for (let i = 0; i < FAULTS_TO_OPEN; i++) await guarded.read([KEY], {});
    store.heal();

    expect(guarded.state).toBe('open');
    expect((await guarded.newest(KEY.partition, {}))?.[0]).toEqual(KEY);
    expect((await guarded.read([KEY], { consistent: true }))?.[0]?.entry).toBeDefined();
    expect((await guarded.read([KEY], {}))?.[0]?.entry).toBeUndefined();
    expect(guarded.state).toBe('open');
  });

  // Guards guarded-store.ts, breakerFor: faults of one are none of the other.
  it.each<[string, (guarded: GuardedStore) => Promise<unknown>]>([
    ['the newest', (guarded) => guarded.newest(KEY.partition, {})],
    ['consistent reads', (guarded) => guarded.read([KEY], { consistent: true })],
    ['leases', (guarded) => guarded.acquireLease(KEY, 'a', 1_000, {})],
  ])('%s that cannot be had: entries go on, and the store is left alone', async (_, ask) => {
    const { store, guarded } = guard();
    await guarded.write([[KEY, entry()]], {});
    store.fail(STORE_FAULT);
    for (let i = 0; i < FAULTS_TO_OPEN; i++) await ask(guarded);
    const asked = store.calls.length;
    await ask(guarded);
    store.heal();

    expect(store.calls.length).toBe(asked);
    expect(guarded.state).toBe('closed');
    expect((await guarded.read([KEY], {}))?.[0]?.entry).toBeDefined();
  });

  // Guards guarded-store.ts, breakerFor: `this.isBehindCache`.
  it('nothing comes from elsewhere: faults of all reads and writes count together', async () => {
    const { store, guarded } = guard({ behindCache: false });
    store.fail(STORE_FAULT);
    await guarded.read([KEY], { consistent: true });
    await guarded.read([KEY], {});
    await guarded.newest(KEY.partition, {});
    await guarded.write([[KEY, entry()]], {});
    await guarded.write([[KEY, entry()]], {});

    expect(guarded.state).toBe('open');
  });

  // Guards guarded-store.ts, breakerFor: `operation.endsWith('-lease')`.
  it.each([true, false])(
    'reads that succeed do not hide that leases cannot be had (behind a cache: %s): they are asked for no more, which is told',
    async (behindCache) => {
      const { store, guarded, events } = guard({ behindCache });
      store.fail(STORE_FAULT, 'acquire-lease', 'write');
      for (let i = 0; i < 2 * FAULTS_TO_OPEN; i++) {
        await guarded.read([KEY], {});
        await guarded.acquireLease(KEY, 'a', 1_000, {});
        await guarded.write([[KEY, entry()]], {});
      }

      expect(store.count('acquire-lease')).toBe(FAULTS_TO_OPEN);
      expect(events.filter(({ type }) => type === 'lease-breaker')).toEqual([
        { type: 'lease-breaker', state: 'open' },
      ]);
    },
  );
});
