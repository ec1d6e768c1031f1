import type { CacheCall } from './cache-call.js';
import { bypassCache } from './load-scope.js';
import { EVERYTHING, uuidTag } from '../versions/tag.js';
import { OTHER, PATIENT, seeSnapshot, TAGS, version } from '../../../test/support/cache-authority.js';
import { turn } from '../../../test/support/cache-gate.js';
import {
  cacheHarness,
  countOf,
  MINUTE_MS,
  recordCall,
  snapshotLoader,
  type HarnessOptions,
} from '../../../test/support/cache-harness.js';

const CONVERSATION = uuidTag('conversation')('7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34');

/** An outer call that is made of an inner one, whose data is `part <counter of OTHER>`. */
function nested({ inner = {}, outer = {}, ...options }: Overrides = {}) {
  const harness = cacheHarness(options);
  const { authority } = harness;
  for (const tag of [OTHER, CONVERSATION]) {
    authority.committed.set(tag, version(1));
    authority.told.set(tag, version(1));
  }
  const part = snapshotLoader(authority, () => `part ${authority.committed.get(OTHER)?.counter}`);
  const innerCall = recordCall<string>({ name: 'part', tags: [EVERYTHING, OTHER], ...inner });
  const readPart = (cache = harness.cache) => cache.getOrLoad(innerCall, part);
  const whole = snapshotLoader(authority, async () => `whole of ${(await readPart()).value}`);
  const outerCall = recordCall<string>({ name: 'whole', ...outer });
  return {
    ...harness,
    part,
    whole,
    innerCall,
    readPart,
    outerCall,
    read: () => harness.cache.getOrLoad(outerCall, whole),
  };
}

interface Overrides extends HarnessOptions {
  readonly inner?: Partial<CacheCall<string>>;
  readonly outer?: Partial<CacheCall<string>>;
}

describe('TieredCache, rule 9: cached calls inside a load', () => {
  // Guards tiered-cache.ts, getOrLoad: `mustBypass()`. Counterexample "rule 9 off: a loader reads through the cache".
  it('the inner call bypasses the cache: the outer one is not made of something older', async () => {
    const { authority, read, readPart } = nested({ outer: { consistency: 'strong' } });
    await readPart();
    // Committed, and this instance is not told yet: a bounded call may still hit the old part.
    authority.commit(OTHER);
    expect((await readPart()).value).toBe('part 1');

    expect((await read()).value).toBe('whole of part 2');
  });

  // Guards tiered-cache.ts, loadInside: `outer.depend(…)`; dependencies.ts.
  it('what the inner call depends on changes: the outer entry is a miss, in both tiers', async () => {
    const { authority, read, instance, events, outerCall, whole } = nested();
    const other = instance();
    await read();
    await turn();
    expect(await read()).toMatchObject({ value: 'whole of part 1', source: 'L1' });
    authority.commit(OTHER);
    authority.tell();

    expect(await other.cache.getOrLoad(outerCall, whole)).toMatchObject({ value: 'whole of part 2' });
    expect(await read()).toMatchObject({ value: 'whole of part 2' });
    expect(countOf(events, { type: 'dependency-changed' })).toBeGreaterThan(0);
    expect(countOf(other.events, { type: 'dependency-changed' })).toBeGreaterThan(0);
  });

  // Guards envelope.ts: `d`, the dependencies that are stored; entry-filler.ts, fromShared: `dependenciesHold`.
  it('another instance knows from the shared tier what an entry depends on', async () => {
    const { authority, read, instance, outerCall, whole } = nested();
    const other = instance();
    await read();
    await turn();
    expect(await other.cache.getOrLoad(outerCall, whole)).toMatchObject({ source: 'L2' });
    authority.commit(OTHER);
    authority.tell();

    expect(await other.cache.getOrLoad(outerCall, whole)).toMatchObject({ value: 'whole of part 2' });
  });

  // Guards dependencies.ts: `call.consistency === 'strong' ? undefined`.
  it('strong: the versions of dependencies are asked for as well', async () => {
    const { authority, read } = nested({ outer: { consistency: 'strong' } });
    await read();
    authority.commit(OTHER);

    expect((await read()).value).toBe('whole of part 2');
  });

  // Guards dependencies.ts: the catch. Who cannot be asked cannot confirm.
  it('the authority is down while dependencies are checked: not a hit', async () => {
    const { authority, read, whole } = nested();
    await read();
    authority.told.delete(OTHER);
    authority.down = true;

    expect((await read()).source).toBe('load');
    expect(whole.runs).toBe(2);
  });

  // Guards dependencies.ts: `isSame`, with the nonce.
  it('a dependency has the same counter and another nonce, after a restore: a miss', async () => {
    const { authority, read } = nested();
    await read();
    authority.told.set(OTHER, version(1, 'restored'));
    authority.committed.set(OTHER, version(1, 'restored'));

    expect((await read()).source).toBe('load');
  });

  // Guards tiered-cache.ts, loadInside: `versionedLoad` of its own; load-scope.ts, depend. Counterexample "rule 1 off:
  // version read after the data", with the data read by the inner call.
  it('an inner call without snapshots: its versions are those from before its data, not those of a later snapshot', async () => {
    const { cache, authority } = nested();
    const messages = recordCall<string>({
      name: 'messages',
      tags: [EVERYTHING, CONVERSATION],
      snapshot: false,
    });
    let text = 'OLD';
    const outer = async (): Promise<string> => {
      const inner = await cache.getOrLoad(messages, () => Promise.resolve(text));
      if (inner.value === 'OLD') {
        text = 'NEW';
        authority.commit(CONVERSATION);
      }
      await seeSnapshot(new Map(authority.committed));
      return inner.value;
    };
    const call = recordCall<string>();
    expect((await cache.getOrLoad(call, outer)).value).toBe('OLD');
    await authority.barrier();

    expect((await cache.getOrLoad(call, outer)).value).toBe('NEW');
  });

  // Guards tiered-cache.ts, loadInside: `outer.refuse(loaded.notStored)`.
  it('an inner call without the snapshot that it promises: the outer one is not stored', async () => {
    const { cache, authority } = nested();
    const part = recordCall<string>({ name: 'part', tags: [EVERYTHING, OTHER] });
    const whole = snapshotLoader(authority, async () => {
      const { value } = await cache.getOrLoad(part, () => Promise.resolve('unversioned'));
      return value;
    });

    expect(await cache.getOrLoad(recordCall<string>(), whole)).toMatchObject({ notStored: 'no-snapshot' });
    expect((await cache.getOrLoad(recordCall<string>(), whole)).source).toBe('load');
  });

  // Guards tiered-cache.ts, loadInside: the refusal of an inner call whose tag has no row.
  it('a tag of the inner call has no row: the outer one is not stored', async () => {
    const { authority, read } = nested();
    authority.told.delete(OTHER);
    authority.committed.delete(OTHER);

    expect(await read()).toMatchObject({ notStored: 'tag-without-row' });
    expect((await read()).source).toBe('load');
  });

  // Guards tiered-cache.ts, loadInside: `outer.refuse('not-cacheable')` in the catch.
  it('the inner call fails and the outer one makes something of it: not stored', async () => {
    const { cache, authority, innerCall } = nested();
    const whole = snapshotLoader(authority, async () => {
      const failed = cache.getOrLoad(innerCall, () => Promise.reject(new Error('gone')));
      return failed.then(({ value }) => value).catch(() => 'without the part');
    });

    expect(await cache.getOrLoad(recordCall<string>(), whole)).toMatchObject({ notStored: 'not-cacheable' });
    expect((await cache.getOrLoad(recordCall<string>(), whole)).source).toBe('load');
  });

  // Guards tiered-cache.ts, loadInside: `versionedLoad` discards what lags; and LoadScope.strong.
  it('the inner call reads a lagging server: it is read again', async () => {
    const { cache, authority, innerCall } = nested();
    authority.commit(OTHER);
    let attempts = 0;
    const lagging = async (): Promise<string> => {
      const rows = new Map(authority.committed);
      if (++attempts === 1) rows.set(OTHER, version(1));
      await seeSnapshot(rows);
      return `part ${rows.get(OTHER)?.counter}`;
    };
    const whole = snapshotLoader(authority, async () => (await cache.getOrLoad(innerCall, lagging)).value);

    const call = recordCall<string>({ name: 'whole', consistency: 'strong' });
    expect((await cache.getOrLoad(call, whole)).value).toBe('part 2');
    expect(attempts).toBe(2);
  });

  // Guards tiered-cache.ts, keepMsOf; origin-load.ts, toEntry: `Math.min(…, keepMs)`.
  it('the inner call only expires: the outer entry lives no longer than it', async () => {
    const { cache, clock, read } = nested({
      inner: { tags: [EVERYTHING], consistency: 'ttl', ttlMs: MINUTE_MS },
    });
    await read();
    expect((await read()).ttlMs).toBe(MINUTE_MS);
    clock.advance(MINUTE_MS);

    expect((await read()).source).toBe('load');
    expect(cache.local.size).toBe(1);
  });

  // Guards load-scope.ts, bypassCache: `storage.getStore() ?? 'bypass'`.
  it('an inner call inside bypassCache inside a load: the load still learns what it depends on', async () => {
    const { cache, authority, readPart } = nested();
    const whole = snapshotLoader(authority, () => bypassCache(async () => (await readPart()).value));
    const call = recordCall<string>({ name: 'whole' });
    await cache.getOrLoad(call, whole);
    authority.commit(OTHER);
    authority.tell();

    expect((await cache.getOrLoad(call, whole)).value).toBe('part 2');
  });

  // Guards tiered-cache.ts, loadInside: scopes nest.
  it('a call inside the inner call: the outermost entry depends on it too', async () => {
    const { cache, authority, readPart } = nested();
    const middle = recordCall<string>({ name: 'middle', tags: TAGS });
    const readMiddle = snapshotLoader(authority, async () => (await readPart()).value);
    const whole = snapshotLoader(authority, async () => (await cache.getOrLoad(middle, readMiddle)).value);
    const call = recordCall<string>({ name: 'whole', tags: [EVERYTHING, PATIENT] });
    await cache.getOrLoad(call, whole);
    authority.commit(OTHER);
    authority.tell();

    expect((await cache.getOrLoad(call, whole)).value).toBe('part 2');
  });
});
