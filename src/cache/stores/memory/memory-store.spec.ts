import type { StoredEntry } from '../contract/cache-store.js';
import type { EntryKey } from '../../keys/entry-key.js';
import { ENTRY_OVERHEAD_BYTES, MemoryStore } from './memory-store.js';

const KIB = 1_024;
const KEY: EntryKey = { partition: 'p', versions: '*@1.a' };

const keyOf = (i: number, partition = `p${i}`): EntryKey => ({ partition, versions: `*@${i}.a` });
const entryOf = (length: number, createdAtMs = 1): StoredEntry => ({
  bytes: Buffer.alloc(length),
  createdAtMs,
  expiresAtMs: Number.MAX_SAFE_INTEGER,
});
const isThere = async (store: MemoryStore, key: EntryKey): Promise<boolean> =>
  (await store.read([key]))[0]?.entry !== undefined;

describe('MemoryStore', () => {
  it('counts bytes, keys and an overhead for each entry, and no entry twice', async () => {
    const store = new MemoryStore({ maxBytes: 100 * KIB });
    await store.write([[KEY, entryOf(1_000)]]);
    const keyBytes = 2 * 2 * 'p#*@1.a'.length;
    expect(store.bytes).toBe(1_000 + keyBytes + ENTRY_OVERHEAD_BYTES);

    await store.write([[KEY, entryOf(500)]]);
    expect(store.bytes).toBe(500 + keyBytes + ENTRY_OVERHEAD_BYTES);
  });

  it('stays within its bytes, and lets go of what was not read longest', async () => {
    const store = new MemoryStore({ maxBytes: 100 * KIB });
    const keys = Array.from({ length: 12 }, (_, i) => keyOf(i));
    for (const [i, key] of keys.entries()) {
      await store.write([[key, entryOf(10 * KIB)]]);
      expect(store.bytes).toBeLessThanOrEqual(100 * KIB);
      expect(await isThere(store, keys[0]!)).toBe(true);
      expect(await isThere(store, keys[i]!)).toBe(true);
    }

    const there = await Promise.all(keys.map((key) => isThere(store, key)));
    expect(there.filter((one) => one)).toHaveLength(9);
    expect(there[1]).toBe(false);
  });

  it('keeps small entries without payload within its bytes too', async () => {
    const store = new MemoryStore({ maxBytes: 100 * KIB });
    await store.write(Array.from({ length: 1_000 }, (_, i) => [keyOf(i), entryOf(0)] as const));
    const there = await Promise.all(Array.from({ length: 1_000 }, (_, i) => isThere(store, keyOf(i))));

    expect(there.filter((one) => one).length).toBeLessThan(135);
    expect(store.partitions).toBe(there.filter((one) => one).length);
  });

  it('newest: goes by what is left after an eviction', async () => {
    const store = new MemoryStore({ maxBytes: 40 * KIB });
    const newest = async (): Promise<string | undefined> => (await store.newest('p'))?.[0].versions;
    await store.write([[keyOf(1, 'p'), entryOf(10 * KIB, 100)]]);
    await store.write([[keyOf(2, 'p'), entryOf(10 * KIB, 50)]]);
    await store.write([[keyOf(3, 'p'), entryOf(10 * KIB, 10)]]);
    expect(await newest()).toBe('*@1.a');

    await store.write([[keyOf(4, 'other'), entryOf(10 * KIB)]]);
    expect(await isThere(store, keyOf(1, 'p'))).toBe(false);
    expect(await newest()).toBe('*@2.a');

    await store.write([[keyOf(5, 'other'), entryOf(15 * KIB)]]);
    await store.write([[keyOf(6, 'other'), entryOf(15 * KIB)]]);
    expect(await newest()).toBeUndefined();
  });

  it('lets go of an entry that it finds expired', async () => {
    let now = 0;
    const store = new MemoryStore({ maxBytes: 100 * KIB, clock: { now: () => now, elapsed: () => now } });
    await store.write([[KEY, { ...entryOf(1_000), expiresAtMs: 10 }]]);
    now = 10;
    await store.read([KEY]);

    expect(store.bytes).toBe(0);
  });

  it('keeps no larger buffer alive than the bytes of the entry', async () => {
    const store = new MemoryStore({ maxBytes: 100 * KIB });
    await store.write([[KEY, { ...entryOf(0), bytes: Buffer.alloc(1_000_000).subarray(10, 20) }]]);

    const [result] = await store.read([KEY]);
    expect(result?.entry?.bytes.buffer.byteLength).toBe(10);
  });

  it('declares an entry that has room whatever its key', async () => {
    const store = new MemoryStore({ maxBytes: 20 * KIB, maxEntryBytes: 100 * KIB });
    const { maxEntryBytes } = store.capabilities;
    const key = { partition: 'p'.repeat(1_024), versions: 'v'.repeat(900) };
    await store.write([[key, entryOf(maxEntryBytes)]]);
    expect(await isThere(store, key)).toBe(true);

    await expect(store.write([[key, entryOf(maxEntryBytes + 1)]])).rejects.toMatchObject({
      code: 'CACHE_ENTRY_TOO_LARGE',
    });
    expect(await isThere(store, key)).toBe(true);
  });

  it('keeps a bounded number of leases that nobody gives back', async () => {
    const store = new MemoryStore({ maxBytes: 100 * KIB });
    await store.acquireLease(keyOf(0), 'gone', 1_000_000);
    for (let i = 1; i <= 10_000; i += 1) await store.acquireLease(keyOf(i), 'gone', 1_000_000);

    expect(await store.acquireLease(keyOf(10_000), 'me', 1)).toBe(false);
    expect(await store.acquireLease(keyOf(0), 'me', 1)).toBe(true);
  });
});
