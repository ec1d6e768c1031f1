import type { ReadResult } from '../../../src/cache/stores/contract/cache-store.js';
import type { EntryKey } from '../../../src/cache/keys/entry-key.js';
import { waitUntil } from '../../support/wait-until.js';
import { digest, someBytes, someKey, somePartition, type StoreUnderTest } from '../store-under-test.js';

export function entrySection(current: () => StoreUnderTest): void {
  it('read: of a key that was never written is a miss without a defect', async () => {
    expect(await current().store.read([someKey()])).toEqual([{ entry: undefined }]);
  });

  it('read: gives back what was written, with its dates', async () => {
    const { store, clock } = current();
    const key = someKey();
    const entry = {
      bytes: someBytes(3_000, 'one'),
      createdAtMs: clock.now() - 5_000,
      expiresAtMs: clock.now() + 7_777,
    };
    await store.write([[key, entry]]);

    const [result] = await store.read([key], { consistent: true });
    expect(result).toEqual({ entry });
    expect(Buffer.isBuffer(result?.entry?.bytes)).toBe(true);
    // A read that is not consistent may come too early, and is a plain miss then.
    let eventual: ReadResult | undefined;
    await waitUntil('the entry is seen', async () => {
      [eventual] = await store.read([key]);
      return eventual?.entry !== undefined;
    });
    expect(eventual).toEqual({ entry });
  });

  it('write: replaces an entry as a whole, dates too', async () => {
    const { store, clock } = current();
    const key = someKey();
    await store.write([[key, current().entry(someBytes(2_000, 'first'), 1_000)]]);
    const second = {
      bytes: Buffer.from('second'),
      createdAtMs: clock.now() + 1,
      expiresAtMs: clock.now() + 9_000,
    };
    await store.write([[key, second]]);

    expect(await store.read([key], { consistent: true })).toEqual([{ entry: second }]);
  });

  it('write: of two entries with one key keeps the last', async () => {
    const { store } = current();
    const [key, other] = [someKey(), someKey()];
    const [first, last, third] = ['first', 'last', 'third'].map((text) => current().entry(Buffer.from(text)));
    await store.write([
      [key, first!],
      [other, third!],
      [{ ...key }, last!],
    ]);

    expect(await store.read([key, other], { consistent: true })).toEqual([{ entry: last }, { entry: third }]);
  });

  it('write: keeps the bytes as they were, whatever becomes of the buffer', async () => {
    const { store } = current();
    const key = someKey();
    const bytes = Buffer.from('as it was');
    await store.write([[key, current().entry(bytes)]]);
    bytes.fill(0);

    const [result] = await store.read([key], { consistent: true });
    expect(result?.entry?.bytes.toString()).toBe('as it was');
  });

  it('read: answers in the order of the keys, misses and repetitions in their places', async () => {
    const { store } = current();
    const [a, b, absent] = [someKey(), someKey(), someKey()];
    await store.write([
      [a, current().entry(Buffer.from('a'))],
      [b, current().entry(Buffer.from('b'))],
    ]);

    const results = await store.read([b, absent, a, b, absent], { consistent: true });
    expect(results.map(({ entry }) => entry?.bytes.toString())).toEqual([
      'b',
      undefined,
      'a',
      'b',
      undefined,
    ]);
  });

  it('read and write: take 250 entries at once', async () => {
    const { store } = current();
    const partition = somePartition();
    const keys = Array.from({ length: 250 }, (_, i): EntryKey => ({ partition, versions: `*@${i}.aaaaaa` }));
    const contents = keys.map((_, i) => someBytes(1_000 + i, `entry ${i}`));
    await store.write(keys.map((key, i) => [key, current().entry(contents[i]!)]));

    const results = await store.read(keys, { consistent: true });
    expect(results.map(({ entry }) => digest(entry?.bytes))).toEqual(contents.map(digest));
  });

  it('read and write: of nothing do nothing', async () => {
    const { store } = current();
    expect(await store.read([])).toEqual([]);
    await expect(store.write([])).resolves.toBeUndefined();
  });

  it('entries: with the same partition and other versions, or the reverse, are different ones', async () => {
    const { store } = current();
    const partition = somePartition();
    const keys: readonly EntryKey[] = [
      { partition, versions: '*@1.a' },
      { partition, versions: '*@1.b' },
      { partition: `${partition}*`, versions: '@1.a' },
      { partition: `${partition}#`, versions: '*@1.a' },
      { partition: `${partition}#*@1.a`, versions: '*@1.a' },
    ];
    await store.write(keys.map((key, i) => [key, current().entry(Buffer.from(String(i)))]));

    const results = await store.read(keys, { consistent: true });
    expect(results.map(({ entry }) => entry?.bytes.toString())).toEqual(['0', '1', '2', '3', '4']);
  });

  it('read: is a miss from the moment of expiry on, not before', async () => {
    const { store, clock } = current();
    const key = someKey();
    await store.write([[key, current().entry(Buffer.from('short'), 1_000)]]);

    clock.advance(999);
    expect((await store.read([key], { consistent: true }))[0]?.entry).toBeDefined();
    clock.advance(1);
    expect(await store.read([key], { consistent: true })).toEqual([{ entry: undefined, defect: 'expired' }]);
  });

  it('read: an entry that was expired when it was written is a miss', async () => {
    const { store, clock } = current();
    const key = someKey();
    const expiresAtMs = clock.now();
    await store.write([[key, { bytes: Buffer.from('late'), createdAtMs: expiresAtMs - 10, expiresAtMs }]]);

    expect((await store.read([key], { consistent: true }))[0]?.entry).toBeUndefined();
  });

  it.each([
    ['createdAtMs', Number.NaN],
    ['createdAtMs', -1],
    ['expiresAtMs', 0.5],
    ['expiresAtMs', Number.POSITIVE_INFINITY],
  ])('write: refuses %s %d, and stores nothing of the same call', async (field, value) => {
    const { store } = current();
    const [good, bad] = [someKey(), someKey()];
    const entry = current().entry(Buffer.from('x'));
    const call = store.write([
      [good, entry],
      [bad, { ...entry, [field]: value }],
    ]);

    await expect(call).rejects.toMatchObject({ code: 'CACHE_STORE_CALL_INVALID' });
    expect(await store.read([good, bad], { consistent: true })).toEqual([
      { entry: undefined },
      { entry: undefined },
    ]);
  });
}
