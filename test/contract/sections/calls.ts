import type { CacheStore, CallOptions } from '../../../src/cache/stores/contract/cache-store.js';
import { waitUntil } from '../../support/wait-until.js';
import { someBytes, someKey, type StoreUnderTest } from '../store-under-test.js';

/** Shorter than the timers that AWS's DAX client leaves behind by itself. */
const LEFT_BEHIND_MS = 5_000;

type Call = (store: CacheStore, options: CallOptions) => Promise<unknown>;

export function callSection(current: () => StoreUnderTest): void {
  const key = someKey();
  const calls: readonly (readonly [string, Call])[] = [
    ['read', (store, options) => store.read([key], options)],
    ['write', (store, options) => store.write([[key, current().entry(someBytes(800_000, 'x'))]], options)],
    ['newest', (store, options) => store.newest(key.partition, options)],
    ['acquireLease', (store, options) => store.acquireLease(key, 'me', 1_000, options)],
    ['releaseLease', (store, options) => store.releaseLease(key, 'me', options)],
    ['ping', (store, options) => store.ping(options)],
  ];

  /** With what the section's own store has for itself, which it may open with its first call only. */
  const handlesBefore = async (): Promise<number> => {
    await Promise.all(calls.map(([, call]) => call(current().store, {})));
    return handles();
  };

  it('ping: resolves', async () => {
    await expect(current().store.ping()).resolves.toBeUndefined();
  });

  it.each(calls)('%s: with a signal that was aborted before rejects with its reason', async (_, call) => {
    const reason = new Error('given up');
    await expect(call(current().store, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('write: with a signal that was aborted before stores nothing', async () => {
    const { store } = current();
    await store
      .write([[key, current().entry(Buffer.from('x'))]], { signal: AbortSignal.abort() })
      .catch(() => 0);

    expect(await store.read([key], { consistent: true })).toEqual([{ entry: undefined }]);
  });

  it.each(calls)(
    '%s: aborted under way either rejects with the reason or is done; the next call works',
    async (_, call) => {
      const reason = new Error('given up');
      const abort = new AbortController();
      const outcome = call(current().store, { signal: abort.signal }).then(
        () => 'done',
        (error: unknown) => error,
      );
      abort.abort(reason);

      expect(['done', reason]).toContain(await outcome);
      await expect(call(current().store, { signal: new AbortController().signal })).resolves.not.toThrow();
    },
  );

  it('close: refuses later calls, and leaves nothing that keeps the process alive', async () => {
    const before = await handlesBefore();
    const store = current().open();
    await Promise.all(calls.map(([, call]) => call(store, {})));
    await store.close();

    for (const [, call] of calls)
      await expect(call(store, {})).rejects.toMatchObject({ code: 'CACHE_STORE_FAULT' });
    await waitUntil('nothing of the store is left', () => handles() <= before);
  });

  it('close: may be called again, ends calls under way, and leaves nothing of them', async () => {
    const before = await handlesBefore();
    const store = current().open();
    const open = Promise.allSettled(calls.map(([, call]) => call(store, {})));
    await store.close();
    await store.close();

    for (const outcome of await open) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'CACHE_STORE_FAULT' });
    }
    await waitUntil('nothing of the store is left', () => handles() <= before, LEFT_BEHIND_MS);
  });
}

function handles(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap' || name === 'Timeout')
    .length;
}
