import type { StoredEntry } from '../../../src/cache/stores/contract/cache-store.js';
import type { EntryKey } from '../../../src/cache/keys/entry-key.js';
import { digest, someBytes, somePartition, type StoreUnderTest } from '../store-under-test.js';

export function newestSection(current: () => StoreUnderTest): void {
  /** Entries that were created and that expire so many ms after now. */
  const write = async (
    partition: string,
    entries: Readonly<Record<string, readonly [createdMs: number, expiresMs: number]>>,
  ): Promise<void> => {
    const { store, clock } = current();
    await store.write(
      Object.entries(entries).map(([versions, [created, expires]]): [EntryKey, StoredEntry] => [
        { partition, versions },
        {
          bytes: Buffer.from(versions),
          createdAtMs: clock.now() + created,
          expiresAtMs: clock.now() + expires,
        },
      ]),
    );
  };
  const newest = async (partition: string): Promise<string | undefined> => {
    const found = await current().another().newest(partition);
    expect(found?.[1].bytes.toString()).toBe(found?.[0].versions);
    return found?.[0].versions;
  };

  it('newest: of an unknown partition is undefined', async () => {
    expect(await current().store.newest(somePartition())).toBeUndefined();
  });

  it('newest: is the entry that was created last, whatever the order of versions, keys and writes', async () => {
    const partition = somePartition();
    await write(partition, { '*@9.z': [-30, 1_000], '*@17.a': [-10, 900], '*@18.a': [-20, 5_000] });

    expect(await newest(partition)).toBe('*@17.a');
  });

  it('newest: comes with its key and its dates', async () => {
    const { store, clock } = current();
    const partition = somePartition();
    await write(partition, { '*@1.a': [-30, 1_000] });

    expect(await store.newest(partition)).toEqual([
      { partition, versions: '*@1.a' },
      { bytes: Buffer.from('*@1.a'), createdAtMs: clock.now() - 30, expiresAtMs: clock.now() + 1_000 },
    ]);
  });

  it('newest: passes over what expired', async () => {
    const partition = somePartition();
    await write(partition, { '*@1.a': [-30, 2_000], '*@2.a': [-10, 1_000] });
    expect(await newest(partition)).toBe('*@2.a');

    current().clock.advance(1_000);
    expect(await newest(partition)).toBe('*@1.a');
    current().clock.advance(1_000);
    expect(await newest(partition)).toBeUndefined();
  });

  it('newest: goes by the dates of an entry that was replaced', async () => {
    const partition = somePartition();
    await write(partition, { '*@1.a': [-30, 2_000], '*@2.a': [-10, 1_000] });
    await write(partition, { '*@2.a': [-50, 1_000] });

    expect(await newest(partition)).toBe('*@1.a');
  });

  it('newest: knows no other partition, also not one that begins alike', async () => {
    const partition = somePartition();
    await write(`${partition}1`, { '*@3.a': [-1, 1_000] });
    await write(partition.slice(0, -1), { '*@3.a': [-1, 1_000] });
    await write(partition, { '*@1.a': [-30, 1_000] });

    expect(await newest(partition)).toBe('*@1.a');
  });

  it('newest: finds a large entry, and takes no lease for an entry', async () => {
    const { store, clock } = current();
    const partition = somePartition();
    const bytes = someBytes(1_000_000, 'large');
    const entry = { bytes, createdAtMs: clock.now(), expiresAtMs: clock.now() + 1_000 };
    await write(partition, { '*@1.a': [-30, 1_000] });
    await store.write([[{ partition, versions: '*@2.a' }, entry]]);
    await store.acquireLease({ partition, versions: '*@3.a' }, 'me', 60_000);

    const found = await store.newest(partition);
    expect([found?.[0].versions, digest(found?.[1].bytes)]).toEqual(['*@2.a', digest(bytes)]);
  });
}
