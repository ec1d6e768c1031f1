import { bypassCache } from './load-scope.js';
import { EVERYTHING } from '../versions/tag.js';
import { OTHER, PATIENT, TAGS, version } from '../../../test/support/cache-authority.js';
import { turn } from '../../../test/support/cache-gate.js';
import { cacheHarness, countOf, recordCall, snapshotLoader } from '../../../test/support/cache-harness.js';

describe('TieredCache, consistency and modes', () => {
  describe('rule 7: a version that a client sends', () => {
    const floorOf = (counter: number) => new Map([[PATIENT, version(counter)]]);

    // Guards tiered-cache.ts, known: `isBelow(versions, call.floor)`.
    it('the map is lower: one look-up, and the answer is of the new version', async () => {
      const { cache, authority } = cacheHarness();
      const loader = snapshotLoader(authority, () => `of ${authority.committed.get(PATIENT)?.counter}`);
      await cache.getOrLoad(recordCall(), loader);
      authority.commit();

      const outcome = await cache.getOrLoad(recordCall({ floor: floorOf(2) }), loader);

      expect(outcome).toMatchObject({ value: 'of 2', source: 'load' });
      expect(authority.lookUps).toEqual([TAGS]);
    });

    // Guards tiered-cache.ts, known: no look-up without need.
    it('the map is as high: no look-up', async () => {
      const { cache, authority } = cacheHarness();
      await cache.getOrLoad(
        recordCall({ floor: floorOf(1) }),
        snapshotLoader(authority, () => 'data'),
      );

      expect(authority.lookUps).toEqual([]);
    });

    // Guards tiered-cache.ts: the key is made of `versions` alone. Counterexample "rule 7 off: the client's version
    // becomes part of a key".
    it('a forged version is no part of a key, and is not waited for', async () => {
      const { cache, authority } = cacheHarness();
      const loader = snapshotLoader(authority, () => `of ${authority.committed.get(PATIENT)?.counter}`);
      const forged = await cache.getOrLoad(recordCall({ floor: floorOf(2) }), loader);
      expect(forged).toMatchObject({ value: 'of 1', source: 'load' });
      expect(authority.lookUps.length).toBe(1);
      const again = await cache.getOrLoad(recordCall({ floor: floorOf(2) }), loader);
      expect(again).toMatchObject({ value: 'of 1', source: 'L1' });

      // The same entry answers who sends nothing; and what becomes version 2 later is not what was stored then.
      expect(await cache.getOrLoad(recordCall(), loader)).toMatchObject({ source: 'L1' });
      authority.commit();
      const strong = recordCall({ consistency: 'strong' });
      expect(await cache.getOrLoad(strong, loader)).toMatchObject({ value: 'of 2', source: 'load' });
    });

    // Guards tiered-cache.ts, isBelow: tags that the call does not have are nobody's business.
    it('the version of a tag of another route: no look-up', async () => {
      const { cache, authority } = cacheHarness();
      const call = recordCall({ floor: new Map([[OTHER, version(99)]]) });
      await cache.getOrLoad(
        call,
        snapshotLoader(authority, () => 'data'),
      );

      expect(authority.lookUps).toEqual([]);
    });
  });

  describe('consistency', () => {
    // Guards tiered-cache.ts, known: `if (call.consistency === 'strong') return undefined`.
    it('strong: versions are asked for on every request; bounded: they come from the map', async () => {
      const { cache, authority } = cacheHarness();
      const loader = snapshotLoader(authority, () => 'data');
      for (let i = 0; i < 3; i++) await cache.getOrLoad(recordCall(), loader);
      expect(authority.lookUps.length).toBe(0);

      for (let i = 0; i < 3; i++) await cache.getOrLoad(recordCall({ consistency: 'strong' }), loader);
      expect(authority.lookUps.length).toBe(3);
      expect(loader.runs).toBe(1);
    });

    // Guards tiered-cache.ts, getOrLoad: `this.known(call) ?? (await this.lookUp(call))`.
    it('bounded, and the feed is not known to be fresh: versions are asked for, and old data is not served', async () => {
      const { cache, authority } = cacheHarness();
      const loader = snapshotLoader(authority, () => `of ${authority.committed.get(PATIENT)?.counter}`);
      await cache.getOrLoad(recordCall(), loader);
      authority.trusted = false;
      authority.commit();

      expect(await cache.getOrLoad(recordCall(), loader)).toMatchObject({ value: 'of 2', source: 'load' });
      expect(await cache.getOrLoad(recordCall(), loader)).toMatchObject({ value: 'of 2', source: 'L1' });
      expect(authority.lookUps.length).toBe(2);
    });

    // Guards tiered-cache.ts, loadUnversioned.
    it('the authority is down: the origin answers, and nothing is read or stored in either tier', async () => {
      const { cache, authority, store, events } = cacheHarness();
      authority.trusted = false;
      authority.down = true;
      const loader = snapshotLoader(authority, () => 'data');

      for (let i = 0; i < 2; i++) {
        expect(await cache.getOrLoad(recordCall(), loader)).toMatchObject({
          value: 'data',
          source: 'load',
          notStored: 'authority-down',
        });
      }

      expect(loader.runs).toBe(2);
      expect(store.calls).toEqual([]);
      expect(cache.local.size).toBe(0);
      expect(countOf(events, { type: 'not-stored', reason: 'authority-down' })).toBe(2);
    });

    // Guards tiered-cache.ts, fill: `complete`; rule 8.
    it('rule 8: a tag without a row: the origin answers, and nothing is stored in either tier', async () => {
      const { cache, authority, store } = cacheHarness();
      authority.told.delete(PATIENT);
      authority.committed.delete(PATIENT);
      const loader = snapshotLoader(authority, () => null);

      for (let i = 0; i < 2; i++) {
        expect(await cache.getOrLoad(recordCall(), loader)).toMatchObject({ notStored: 'tag-without-row' });
      }

      expect(loader.runs).toBe(2);
      expect(store.calls).toEqual([]);
      expect(cache.local.size).toBe(0);
    });

    // Guards tiered-cache.ts, getOrLoad: `mustBypass()`; rule 9.
    it('rule 9: inside bypassCache, for transactions, the origin answers and nothing is stored', async () => {
      const { cache, authority } = cacheHarness();
      const loader = snapshotLoader(authority, () => 'data');
      await cache.getOrLoad(recordCall(), loader);

      const inside = await bypassCache(() => cache.getOrLoad(recordCall(), loader));

      expect(inside).toMatchObject({ source: 'bypass', notStored: 'bypass' });
      expect(loader.runs).toBe(2);
    });
  });

  describe('modes', () => {
    // Guards tiered-cache.ts, lookLocal: `call.mode !== 'reload'`; fill: `call.mode === 'reload'`.
    it('reload: the origin answers, and what it says replaces the entry', async () => {
      const { cache, authority, instance } = cacheHarness();
      let n = 0;
      const loader = snapshotLoader(authority, () => ++n);
      const call = recordCall({ tags: [EVERYTHING], consistency: 'ttl' });
      await cache.getOrLoad(call, loader);
      await turn();

      expect(await cache.getOrLoad({ ...call, mode: 'reload' }, loader)).toMatchObject({
        value: 2,
        source: 'load',
      });
      expect(await cache.getOrLoad(call, loader)).toMatchObject({ value: 2, source: 'L1' });
      await turn();
      expect(await instance().cache.getOrLoad(call, loader)).toMatchObject({ value: 2, source: 'L2' });
    });

    // Guards tiered-cache.ts, fill: `only-if-cached` before anything that loads.
    it.each([
      ['the key is not there', () => undefined],
      [
        'a tag has no row',
        (harness: ReturnType<typeof cacheHarness>) => harness.authority.told.delete(PATIENT),
      ],
    ])('only-if-cached, and %s: CACHE_NOT_CACHED, and the origin is not asked', async (_, arrange) => {
      const harness = cacheHarness();
      arrange(harness);
      if (!harness.authority.told.has(PATIENT)) harness.authority.committed.delete(PATIENT);
      const loader = snapshotLoader(harness.authority, () => 'data');
      const call = recordCall({ mode: 'only-if-cached' });

      await expect(harness.cache.getOrLoad(call, loader)).rejects.toMatchObject({ code: 'CACHE_NOT_CACHED' });
      expect(loader.runs).toBe(0);
    });

    // Guards tiered-cache.ts, loadUnversioned: `only-if-cached`.
    it('only-if-cached, and the authority is down: CACHE_NOT_CACHED', async () => {
      const { cache, authority } = cacheHarness();
      authority.trusted = false;
      authority.down = true;
      const loader = snapshotLoader(authority, () => 'data');

      await expect(cache.getOrLoad(recordCall({ mode: 'only-if-cached' }), loader)).rejects.toMatchObject({
        code: 'CACHE_NOT_CACHED',
      });
      expect(loader.runs).toBe(0);
    });

    // Guards tiered-cache.ts: a hit is a hit in this mode too.
    it('only-if-cached finds what is there, in either tier', async () => {
      const { cache, authority, instance } = cacheHarness();
      const loader = snapshotLoader(authority, () => 'data');
      await cache.getOrLoad(recordCall(), loader);
      await turn();
      const call = recordCall({ mode: 'only-if-cached' });

      expect(await cache.getOrLoad(call, loader)).toMatchObject({ source: 'L1' });
      expect(await instance().cache.getOrLoad(call, loader)).toMatchObject({ source: 'L2' });
    });
  });
});
