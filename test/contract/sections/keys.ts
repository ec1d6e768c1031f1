import type { EntryKey } from '../../../src/cache/keys/entry-key.js';
import { someBytes, somePartition, type StoreUnderTest } from '../store-under-test.js';

const REFUSED: readonly (readonly [string, EntryKey])[] = [
  ['an empty partition', { partition: '', versions: '*@1.a' }],
  ['a partition of 1,025 bytes', { partition: `${'ä'.repeat(512)}a`, versions: '*@1.a' }],
  ['a partition with half a character', { partition: 'a\ud800', versions: '*@1.a' }],
  ['empty versions', { partition: 'a', versions: '' }],
  ['versions of 901 bytes', { partition: 'a', versions: `${'ä'.repeat(450)}a` }],
  ['versions with half a character', { partition: 'a', versions: '\udc00' }],
  ['versions with the separator of chunks and leases', { partition: 'a', versions: '*@1.a#lease' }],
];

export function keySection(current: () => StoreUnderTest): void {
  it('keys: of the greatest length, and any text, are taken by every method', async () => {
    const { store } = current();
    const start = `${somePartition()} "'\\{}%\u0000\u{1f642} `;
    const partition = start.padEnd(1_024 - Buffer.byteLength(start) + start.length, 'p');
    const key = { partition, versions: '*@1.a \u0000\u{1f642}'.padEnd(897, 'v') };
    expect([Buffer.byteLength(key.partition), Buffer.byteLength(key.versions)]).toEqual([1_024, 899]);
    const entry = current().entry(someBytes(800_000, 'long key'));
    await store.write([[key, entry]]);

    expect((await store.read([key], { consistent: true }))[0]?.entry?.bytes.equals(entry.bytes)).toBe(true);
    expect((await store.newest(partition))?.[0]).toEqual(key);
    expect(await store.acquireLease(key, 'me', 1_000)).toBe(true);
    await store.releaseLease(key, 'me');
  });

  it.each(REFUSED)('keys: %s is refused by every method', async (_, key) => {
    const { store } = current();
    const calls = [
      () => store.read([key]),
      () => store.write([[key, current().entry(Buffer.from('x'))]]),
      () => store.acquireLease(key, 'me', 1_000),
      () => store.releaseLease(key, 'me'),
    ];
    for (const call of calls)
      await expect(call()).rejects.toMatchObject({ code: 'CACHE_STORE_CALL_INVALID' });
  });

  it('newest: refuses a partition that no key can have', async () => {
    for (const partition of ['', 'p'.repeat(1_025), '\ud800']) {
      await expect(current().store.newest(partition)).rejects.toMatchObject({
        code: 'CACHE_STORE_CALL_INVALID',
      });
    }
  });
}
