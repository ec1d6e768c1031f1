import { bypassCache, currentLoad, LoadScope, mustBypass, runLoad } from './load-scope.js';
import { OTHER, PATIENT, TAGS, version, versions } from '../../../test/support/cache-authority.js';

describe('LoadScope', () => {
  // Guards load-scope.ts: `storage.run(scope, load)`.
  it('is the current load in everything that its loader waits for, and nowhere else', async () => {
    const scope = new LoadScope(TAGS);

    const inside = await runLoad(scope, async () => {
      await Promise.resolve();
      return currentLoad();
    });

    expect(inside).toBe(scope);
    expect(currentLoad()).toBeUndefined();
  });

  // Guards load-scope.ts: AsyncLocalStorage, not a variable.
  it('of two loads at once, each sees its own', async () => {
    const scopes = [new LoadScope(TAGS), new LoadScope(TAGS)];
    const seen = await Promise.all(
      scopes.map((scope) =>
        runLoad(scope, async () => {
          await new Promise((resolve) => setImmediate(resolve));
          return currentLoad();
        }),
      ),
    );

    expect(seen[0]).toBe(scopes[0]);
    expect(seen[1]).toBe(scopes[1]);
  });

  // Guards load-scope.ts, mustBypass: `storage.getStore() !== undefined`.
  it('cached calls bypass inside a load and inside bypassCache, and not outside', async () => {
    expect(mustBypass()).toBe(false);
    expect(bypassCache(() => mustBypass())).toBe(true);
    expect(await runLoad(new LoadScope(TAGS), () => Promise.resolve(mustBypass()))).toBe(true);
    expect(mustBypass()).toBe(false);
  });

  // Guards load-scope.ts, bypassCache: `storage.getStore() ?? 'bypass'`.
  it('bypassCache inside a load: the load goes on learning', async () => {
    const scope = new LoadScope(TAGS);

    const inside = await runLoad(scope, () => bypassCache(() => Promise.resolve(currentLoad())));

    expect(inside).toBe(scope);
  });

  // Guards load-scope.ts, bypassCache: 'bypass' is no load.
  it('bypassCache outside of a load is no load', () => {
    expect(bypassCache(() => currentLoad())).toBeUndefined();
  });

  // Guards load-scope.ts, learn: `this.snapshot.get(tag) ?? this.inner.get(tag)`.
  it.each(['observe first', 'depend first'])(
    'a cached call inside saw another version than a snapshot did (%s): torn',
    (order) => {
      const scope = new LoadScope(TAGS);
      const steps = [() => scope.observe(versions(1)), () => scope.depend(versions(2), Infinity)];
      for (const step of order === 'observe first' ? steps : steps.reverse()) step();

      expect(scope.sawTwoVersions).toBe(true);
    },
  );

  // Guards load-scope.ts, learn: what is seen for the first time is no difference.
  it('a cached call inside adds what the load did not know', () => {
    const scope = new LoadScope(TAGS);
    scope.observe(versions(1));
    scope.depend(new Map([[OTHER, version(7)]]), Infinity);

    expect(scope.sawTwoVersions).toBe(false);
    expect([...scope.dependencies]).toEqual([[OTHER, version(7)]]);
    expect(scope.seen.get(PATIENT)).toEqual(version(1));
  });

  // Guards load-scope.ts, depend: `Math.min`; refuse: `??=`.
  it('keeps the shortest life and the first refusal', () => {
    const scope = new LoadScope(TAGS);
    scope.depend(new Map(), 5_000);
    scope.depend(new Map(), 9_000);
    scope.refuse('torn');
    scope.refuse('no-snapshot');

    expect(scope.keepMs).toBe(5_000);
    expect(scope.refusal).toBe('torn');
  });
});
