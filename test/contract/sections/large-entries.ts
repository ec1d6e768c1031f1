import { waitUntil } from '../../support/wait-until.js';
import { digest, someBytes, someKey, type StoreUnderTest } from '../store-under-test.js';

const KIB = 1_024;
const MIB = 1_024 * KIB;
/** Stores that cut entries into pieces cut them at some round number. */
const SIZES = [
  ...[0, 1, 1_000, 64 * KIB],
  ...[350 * KIB - 1, 350 * KIB, 350 * KIB + 1, 400 * KIB, 400 * KIB + 1],
  ...[700 * KIB - 1, 700 * KIB, 700 * KIB + 1, MIB, 5 * MIB + 3],
];
const ROUNDS = 8;

export function largeEntrySection(current: () => StoreUnderTest): void {
  it('capabilities: entries of 20 MB and more are taken', () => {
    expect(current().store.capabilities.maxEntryBytes).toBeGreaterThanOrEqual(20 * MIB);
  });

  it.each(SIZES)('entries: of %d bytes come back as they were', async (size) => {
    const { store } = current();
    const key = someKey();
    const bytes = someBytes(size, `size ${size}`);
    await store.write([[key, current().entry(bytes)]]);

    const [result] = await current().another().read([key], { consistent: true });
    expect(digest(result?.entry?.bytes)).toBe(digest(bytes));
    await waitUntil('the entry is seen by reads that are not consistent', async () => {
      const [eventual] = await store.read([key]);
      expect(eventual?.defect).toBeUndefined();
      return digest(eventual?.entry?.bytes) === digest(bytes);
    });
  });

  it('entries: large and small ones are written and read in one call', async () => {
    const { store } = current();
    const contents = [10, 900_000, 0, 3_000_000, 358_401].map((size, i) => someBytes(size, `mixed ${i}`));
    const keys = contents.map(() => someKey());
    await store.write(keys.map((key, i) => [key, current().entry(contents[i]!)]));

    const results = await store.read([...keys, someKey()], { consistent: true });
    expect(results.map(({ entry }) => digest(entry?.bytes))).toEqual([...contents.map(digest), undefined]);
  });

  it('entries: of the greatest length are taken; one byte more is refused, and nothing of the call is stored', async () => {
    const { store } = current();
    const { maxEntryBytes } = store.capabilities;
    const [key, other] = [someKey(), someKey()];
    const bytes = someBytes(maxEntryBytes + 1, 'longest');
    await store.write([[key, current().entry(bytes.subarray(1))]]);
    expect(digest((await store.read([key], { consistent: true }))[0]?.entry?.bytes)).toBe(
      digest(bytes.subarray(1)),
    );

    const call = store.write([
      [other, current().entry(Buffer.from('x'))],
      [key, current().entry(bytes)],
    ]);
    await expect(call).rejects.toMatchObject({ code: 'CACHE_ENTRY_TOO_LARGE' });
    expect((await store.read([other], { consistent: true }))[0]?.entry).toBeUndefined();
  });

  it('write: a small entry replaces a large one, and the reverse', async () => {
    const { store } = current();
    const key = someKey();
    for (const size of [1_200_000, 5, 1_200_001]) {
      const bytes = someBytes(size, `replaced ${size}`);
      await store.write([[key, current().entry(bytes)]]);
      expect(digest((await store.read([key], { consistent: true }))[0]?.entry?.bytes)).toBe(digest(bytes));
    }
  });

  // Guards the generation that each write draws for its chunks: with one name for both, what stays is a mixture.
  it('write: two instances store one key at once, and every read is one of the two', async () => {
    const [a, b] = [current().store, current().another()];
    for (let round = 0; round < ROUNDS; round += 1) {
      const key = someKey();
      const contents = [
        someBytes(800_000, `a ${round}`),
        someBytes(1_100_000 - round * 10_000, `b ${round}`),
      ];
      const valid = contents.map(digest);
      const writes = [
        a.write([[key, current().entry(contents[0]!)]]),
        b.write([[key, current().entry(contents[1]!)]]),
      ];
      await Promise.race(writes);
      const during = await Promise.all([a, b].map((store) => store.read([key], { consistent: true })));
      await Promise.all(writes);
      const after = await Promise.all([a, b].map((store) => store.read([key], { consistent: true })));

      for (const [result] of [...during, ...after]) expect(valid).toContain(digest(result?.entry?.bytes));
      expect(digest(after[0]?.[0]?.entry?.bytes)).toBe(digest(after[1]?.[0]?.entry?.bytes));
    }
  });
}
