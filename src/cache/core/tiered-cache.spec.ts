import type { Serializer } from '../base/serializer.js';
import { PATIENT } from '../../../test/support/cache-authority.js';
import { Gate, turn } from '../../../test/support/cache-gate.js';
import {
  cacheHarness,
  countOf,
  MINUTE_MS,
  recordCall,
  snapshotLoader,
} from '../../../test/support/cache-harness.js';

describe('TieredCache', () => {
  describe('hit and miss', () => {
    // Guards tiered-cache.ts, getOrLoad: `this.local.get(…)`; origin-load.ts, loadFromOrigin: `local.set(…)`.
    it('the first call loads, the second is answered by this process', async () => {
      const { cache, authority, clock } = cacheHarness();
      const loader = snapshotLoader(authority, () => ({ name: 'Jo' }));

      const first = await cache.getOrLoad(recordCall(), loader);
      clock.advance(1_000);
      const second = await cache.getOrLoad(recordCall(), loader);

      expect(first).toMatchObject({ value: { name: 'Jo' }, source: 'load', ageMs: 0, notStored: undefined });
      expect(second).toMatchObject({ value: { name: 'Jo' }, source: 'L1', ageMs: 1_000 });
      expect(second.ttlMs).toBe(60 * MINUTE_MS - 1_000);
      expect(loader.runs).toBe(1);
    });

    // Guards cache-key.ts, of: the versions are in the key.
    it('the version of a tag is raised: the old entry is never read again', async () => {
      const { cache, authority } = cacheHarness();
      const loader = snapshotLoader(authority, () => `of ${authority.committed.get(PATIENT)?.counter}`);
      await cache.getOrLoad(recordCall(), loader);
      authority.commit();
      authority.tell();

      expect(await cache.getOrLoad(recordCall(), loader)).toMatchObject({ value: 'of 2', source: 'load' });
    });

    // Guards tiered-cache.ts: nothing is stored in the catch.
    it('an error is never cached', async () => {
      const { cache, authority } = cacheHarness();
      const gone = new Error('gone');
      await expect(cache.getOrLoad(recordCall(), () => Promise.reject(gone))).rejects.toBe(gone);

      const loader = snapshotLoader(authority, () => 'back');
      expect(await cache.getOrLoad(recordCall(), loader)).toMatchObject({ value: 'back', source: 'load' });
    });

    // Guards origin-load.ts, serialize: what has no serial form is not stored, and no error.
    it('a value without a serial form is answered, and not stored', async () => {
      const { cache, authority, events } = cacheHarness();
      const loader = snapshotLoader(authority, () => undefined);

      expect(await cache.getOrLoad(recordCall(), loader)).toMatchObject({ notStored: 'not-cacheable' });
      expect(countOf(events, { type: 'not-stored', reason: 'not-cacheable' })).toBe(1);
    });
  });

  describe('the shared tier', () => {
    // Guards entry-filler.ts, fromShared: `local.set(…, entry)` with the dates of the entry, not with a new ttl.
    it('another instance back-fills from it with what is left of the ttl', async () => {
      const { cache, authority, clock, instance } = cacheHarness();
      const loader = snapshotLoader(authority, () => 'data');
      const other = instance();
      await cache.getOrLoad(recordCall(), loader);
      await turn();
      clock.advance(59 * MINUTE_MS);

      expect(await other.cache.getOrLoad(recordCall(), loader)).toMatchObject({
        source: 'L2',
        ageMs: 59 * MINUTE_MS,
        ttlMs: MINUTE_MS,
      });
      expect(await other.cache.getOrLoad(recordCall(), loader)).toMatchObject({
        source: 'L1',
        ttlMs: MINUTE_MS,
      });
      clock.advance(MINUTE_MS);
      expect(await other.cache.getOrLoad(recordCall(), loader)).toMatchObject({ source: 'load' });
      expect(loader.runs).toBe(2);
    });

    // Guards entry-filler.ts, load: `background.run(…)`, not awaited.
    it('storing delays no answer', async () => {
      const { cache, authority, store } = cacheHarness();
      const gate = new Gate();
      store.hold('write', gate);
      let source: string | undefined;
      void cache
        .getOrLoad(
          recordCall(),
          snapshotLoader(authority, () => 'data'),
        )
        .then((outcome) => (source = outcome.source));
      await gate.reached;
      await turn();

      expect(source).toBe('load');
      gate.open();
    });

    // Guards entry-filler.ts, toLocal: `deserialize` of what the shared tier gave, in a try.
    it('what is stored is not what the serializer made: a miss, counted, and no error', async () => {
      const { cache, authority, instance } = cacheHarness();
      const other = instance();
      const text: Serializer<unknown> = {
        immutable: false,
        serialize: (value) => Buffer.from(String(value)),
        deserialize: (bytes) => bytes.toString(),
      };
      await cache.getOrLoad(
        recordCall({ serializer: text }),
        snapshotLoader(authority, () => '{ not json'),
      );
      await turn();

      const loader = snapshotLoader(authority, () => ({ fine: true }));
      expect(await other.cache.getOrLoad(recordCall(), loader)).toMatchObject({ value: { fine: true } });
      expect(countOf(other.events, { type: 'defect', reason: 'malformed' })).toBeGreaterThan(0);
    });
  });

  describe('values', () => {
    // Guards tiered-cache.ts, toValue: `deserialize` for every caller.
    it('JSON: every caller gets a copy, so that nobody can change what others read', async () => {
      const { cache, authority } = cacheHarness();
      const loader = snapshotLoader(authority, () => ({ items: [1] }));
      const first = await cache.getOrLoad(recordCall<{ items: number[] }>(), loader);
      first.value.items.push(2);
      const second = await cache.getOrLoad(recordCall<{ items: number[] }>(), loader);
      second.value.items.push(3);

      const third = await cache.getOrLoad(recordCall<{ items: number[] }>(), loader);
      expect(third.value).toEqual({ items: [1] });
    });

    // Guards tiered-cache.ts, toValue: `immutable ? (content as T)`.
    it('immutable values are handed out as they are, without parsing', async () => {
      const { cache, authority } = cacheHarness();
      const value = Object.freeze({ body: 'bytes' });
      const serializer: Serializer<object> = {
        immutable: true,
        serialize: () => Buffer.from('bytes'),
        deserialize: () => {
          throw new Error('was parsed');
        },
      };
      const call = recordCall<object>({ serializer });
      await cache.getOrLoad(
        call,
        snapshotLoader(authority, () => value),
      );

      expect(
        (
          await cache.getOrLoad(
            call,
            snapshotLoader(authority, () => value),
          )
        ).value,
      ).toBe(value);
    });

    // Guards entry.ts, ownBytes: an entry keeps no larger buffer than its own.
    it('an entry holds its own bytes only, not the slab that they were cut from', async () => {
      const { cache, authority, clock, instance } = cacheHarness();
      const other = instance();
      await cache.getOrLoad(
        recordCall(),
        snapshotLoader(authority, () => 'short'),
      );
      await turn();
      await other.cache.getOrLoad(
        recordCall(),
        snapshotLoader(authority, () => 'short'),
      );

      for (const { local } of [cache, other.cache]) {
        const entry = local.newest('record#["1"]', clock.now());
        expect((entry?.content as Buffer).buffer.byteLength).toBeLessThan(512);
      }
    });
  });
});
