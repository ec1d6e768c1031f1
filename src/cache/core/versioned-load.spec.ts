import type { CacheEvent } from '../base/events.js';
import { versionedLoad } from './versioned-load.js';
import type { TagVersions } from '../versions/version.js';
import { FakeAuthority, PATIENT, seeSnapshot, versions } from '../../../test/support/cache-authority.js';
import { countOf, recordCall } from '../../../test/support/cache-harness.js';
import { TestClock } from '../../../test/support/test-clock.js';

/** Runs a load whose attempts see `snapshots`, one after the other; `lookedUp` is what was known before. */
function load(
  lookedUp: TagVersions | undefined,
  snapshots: readonly TagVersions[],
  { call = recordCall<string>(), authority = new FakeAuthority() } = {},
) {
  const events: CacheEvent[] = [];
  let attempt = 0;
  const loader = async (): Promise<string> => {
    const seen = snapshots[attempt++];
    if (seen !== undefined) await seeSnapshot(seen);
    return `attempt ${attempt}`;
  };
  const tools = { authority, clock: new TestClock(), report: (event: CacheEvent) => void events.push(event) };
  const loaded = versionedLoad(call, lookedUp, loader, tools);
  return { loaded, events, authority, attempts: () => attempt };
}

describe('versionedLoad', () => {
  describe('rule 1: version and data in one snapshot', () => {
    // Guards versioned-load.ts, judge: `own = isExact ? scope.seen : expected`.
    it('the snapshot is newer than the look-up: the versions are those of the snapshot', async () => {
      const { loaded } = load(versions(1), [versions(2)]);

      expect((await loaded).versions).toEqual(versions(2));
      expect((await loaded).notStored).toBeUndefined();
    });

    // Guards versioned-load.ts: `!lags(scope, expected)`. Counterexample "rule 1 off: the load reads a lagging server".
    it('a snapshot lags behind the look-up: it is discarded, and loaded again', async () => {
      const { loaded, events } = load(versions(2), [versions(1), versions(2)], {
        authority: committed(2),
      });

      expect(await loaded).toMatchObject({ value: 'attempt 2', versions: versions(2) });
      expect(countOf(events, { type: 'load-lagged' })).toBe(1);
    });

    // Guards versioned-load.ts: `attempt <= ATTEMPTS` and what is thrown after it.
    it('three loads lag: CACHE_ORIGIN_LAGGING, and no fourth load', async () => {
      const lagging = [versions(1), versions(1), versions(1), versions(2)];
      const { loaded, attempts } = load(versions(2), lagging, { authority: committed(2) });

      await expect(loaded).rejects.toMatchObject({ code: 'CACHE_ORIGIN_LAGGING' });
      expect(attempts()).toBe(3);
    });

    // Guards versioned-load.ts: `expected = (authority && (await tryLookUp(…)))`.
    it('after a restore the counters are lower for good: versions are asked for anew, and the second load counts', async () => {
      const restored = versions(3, 'restored');
      const authority = committed(3, 'restored');
      const { loaded, attempts } = load(versions(9), [restored, restored], { authority });

      expect((await loaded).versions).toEqual(restored);
      expect(attempts()).toBe(2);
    });

    // Guards versioned-load.ts: `?? expected`.
    it('the authority dies between two loads: a lagging one is still discarded, and no error of the authority is thrown', async () => {
      const authority = committed(2);
      authority.down = true;
      const { loaded } = load(versions(2), [versions(1), versions(2)], { authority });

      expect(await loaded).toMatchObject({ value: 'attempt 2', notStored: undefined });
    });

    // Guards version.ts, isOlder: only a lower counter is older.
    it('equal counters with another nonce are no lag: the entry is stored under what the snapshot saw', async () => {
      const { loaded, attempts } = load(versions(5, 'before'), [versions(5, 'after')]);

      expect((await loaded).versions.get(PATIENT)).toEqual({ counter: 5, nonce: 'after' });
      expect(attempts()).toBe(1);
    });

    // Guards versioned-load.ts, judge: `refuse('no-snapshot')`. Counterexample "rule 1 off: version read after the data".
    it('the loader reports no snapshot: nothing may be stored', async () => {
      const { loaded } = load(versions(1), []);

      expect(await loaded).toMatchObject({ value: 'attempt 1', notStored: 'no-snapshot' });
      expect((await loaded).versions.size).toBe(0);
    });

    // Guards versioned-load.ts, judge: `refuse('torn')`, and load-scope.ts, learn: `this.hasTwoVersions = true`.
    it('two snapshots of one load saw different versions: what was made of both may not be stored', async () => {
      const loader = async () => {
        await seeSnapshot(versions(1));
        await seeSnapshot(versions(2));
        return 'torn';
      };

      expect(await run(loader)).toMatchObject({ value: 'torn', notStored: 'torn' });
    });

    // Guards load-scope.ts, learn: a version that is the same again is no difference.
    it('two snapshots of one load saw the same versions: it is whole', async () => {
      const loader = async () => {
        await seeSnapshot(versions(1));
        await seeSnapshot(versions(1));
        return 'whole';
      };

      expect(await run(loader)).toMatchObject({ value: 'whole', notStored: undefined });
    });

    // Guards versioned-load.ts, judge: `own = isExact ? scope.seen : expected`.
    it('a loader without snapshots: the versions are those looked up before the data was read', async () => {
      const authority = committed(1);
      const call = recordCall<string>({ snapshot: false });
      const { loaded } = load(versions(1), [], { call, authority });
      authority.commit();

      expect(await loaded).toMatchObject({ versions: versions(1), notStored: undefined });
    });
  });

  describe('rule 8: a tag without a row', () => {
    // Guards versioned-load.ts, judge: `refuse('tag-without-row')`.
    it.each([
      ['its snapshot saw none', { snapshot: true }],
      ['the look-up found none', { snapshot: false }],
    ])('%s: nothing may be stored', async (_, overrides) => {
      const withoutRow = new Map([...versions(1)].filter(([tag]) => tag !== PATIENT));
      const { loaded } = load(withoutRow, [withoutRow], { call: recordCall<string>(overrides) });

      expect(await loaded).toMatchObject({ value: 'attempt 1', notStored: 'tag-without-row' });
      expect((await loaded).versions.size).toBe(0);
    });
  });

  // Guards versioned-load.ts, judge: `refuse('authority-down')`.
  it('the authority is down: the value is there, and may not be stored', async () => {
    const { loaded } = load(undefined, [versions(1)]);

    expect(await loaded).toMatchObject({ value: 'attempt 1', notStored: 'authority-down' });
  });

  // Guards versioned-load.ts, judge: `refuse('not-cacheable')`.
  it('the value may not be kept: its call says so', async () => {
    const call = recordCall<string>({ isCacheable: () => false });
    const { loaded } = load(versions(1), [versions(1)], { call });

    expect(await loaded).toMatchObject({ value: 'attempt 1', notStored: 'not-cacheable' });
  });

  // Guards versioned-load.ts: `runLoad` is not in a try of its own.
  it('the loader throws: its error comes out as it is, after one attempt', async () => {
    const gone = new Error('gone');
    let runs = 0;
    const failing = () => {
      runs++;
      return Promise.reject(gone);
    };

    await expect(run(failing)).rejects.toBe(gone);
    expect(runs).toBe(1);
  });
});

function committed(counter: number, nonce?: string): FakeAuthority {
  const authority = new FakeAuthority();
  for (const [tag, raised] of versions(counter, nonce)) authority.committed.set(tag, raised);
  return authority;
}

function run<T>(loader: () => Promise<T>) {
  const authority = new FakeAuthority();
  const tools = { authority, clock: new TestClock(), report: () => undefined };
  return versionedLoad(recordCall<T>(), versions(1), loader, tools);
}
