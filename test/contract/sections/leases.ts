import { randomUUID } from 'node:crypto';
import { someKey, somePartition, type StoreUnderTest } from '../store-under-test.js';

const TAKERS = 20;

export function leaseSection(current: () => StoreUnderTest): void {
  it('leases: of 20 that ask at once, one gets it', async () => {
    const stores = [current().store, current().another()];
    const key = someKey();
    const asked = Array.from({ length: TAKERS }, (_, i) =>
      stores[i % 2]!.acquireLease(key, randomUUID(), 1_000),
    );

    expect((await Promise.all(asked)).filter((isAcquired) => isAcquired)).toHaveLength(1);
  });

  it('leases: one that ran out goes to one of those who ask', async () => {
    const { store, clock } = current();
    const key = someKey();
    await store.acquireLease(key, 'first', 1_000);
    clock.advance(999);
    expect(await store.acquireLease(key, 'second', 1_000)).toBe(false);
    clock.advance(1);
    const asked = Array.from({ length: TAKERS }, () => store.acquireLease(key, randomUUID(), 1_000));

    expect((await Promise.all(asked)).filter((isAcquired) => isAcquired)).toHaveLength(1);
    expect(await store.acquireLease(key, 'first', 1_000)).toBe(false);
  });

  it('leases: given back, go to the next who asks', async () => {
    const { store } = current();
    const key = someKey();
    await store.acquireLease(key, 'first', 60_000);
    await store.releaseLease(key, 'first');

    expect(await current().another().acquireLease(key, 'second', 1_000)).toBe(true);
  });

  it('leases: are given back by their owner only, and not by one who had it before', async () => {
    const { store, clock } = current();
    const key = someKey();
    await store.acquireLease(key, 'first', 1_000);
    clock.advance(1_000);
    await store.acquireLease(key, 'second', 1_000);
    await store.releaseLease(key, 'first');
    await store.releaseLease(key, 'third');

    expect(await store.acquireLease(key, 'third', 1_000)).toBe(false);
  });

  it('leases: their owner may ask again, for another length', async () => {
    const { store, clock } = current();
    const key = someKey();
    await store.acquireLease(key, 'me', 1_000);
    expect(await store.acquireLease(key, 'me', 5_000)).toBe(true);
    clock.advance(1_000);

    expect(await store.acquireLease(key, 'other', 1_000)).toBe(false);
  });

  it('leases: that nobody has may be given back', async () => {
    await expect(current().store.releaseLease(someKey(), 'me')).resolves.toBeUndefined();
  });

  it('leases: are of one key, and are no entries', async () => {
    const { store } = current();
    const partition = somePartition();
    const [key, other] = [
      { partition, versions: '*@1.a' },
      { partition, versions: '*@2.a' },
    ];
    await store.acquireLease(key, 'first', 1_000);
    expect(await store.acquireLease(other, 'second', 1_000)).toBe(true);

    expect(await store.read([key], { consistent: true })).toEqual([{ entry: undefined }]);
    expect(await store.newest(partition)).toBeUndefined();
    const entry = current().entry(Buffer.from('entry'));
    await store.write([[key, entry]]);
    await store.releaseLease(key, 'first');
    expect(await store.read([key], { consistent: true })).toEqual([{ entry }]);
  });

  it.each([
    ['', 1_000],
    ['me', 0],
    ['me', -1],
    ['me', 0.5],
    ['me', Number.NaN],
  ])('leases: for owner "%s" and %d ms are refused', async (owner, ttlMs) => {
    const call = current().store.acquireLease(someKey(), owner, ttlMs);
    await expect(call).rejects.toMatchObject({ code: 'CACHE_STORE_CALL_INVALID' });
  });
}
