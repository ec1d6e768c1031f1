import { TtlCache } from './ttl-cache.js';

const OVERHEAD_BYTES = 201;

function cacheOf(maxBytes: number, ttlMs = 100): { cache: TtlCache<string>; clock: { ms: number } } {
  const clock = { ms: 0 };
  return { cache: new TtlCache({ ttlMs, maxBytes, now: () => clock.ms }), clock };
}

it('keeps a value for its time to live, and not a millisecond longer', () => {
  const { cache, clock } = cacheOf(10_000);
  cache.set('a', 'value', 5);

  clock.ms = 99;
  expect(cache.get('a')).toBe('value');
  clock.ms = 100;
  expect(cache.get('a')).toBeUndefined();
  expect(cache.stats()).toEqual({ hits: 1, misses: 1, entries: 0, bytes: 0 });
});

it('lets go of what was not used for longest, when it is full', () => {
  const { cache } = cacheOf(2 * (OVERHEAD_BYTES + 10));
  cache.set('a', 'one', 10);
  cache.set('b', 'two', 10);
  cache.get('a');

  cache.set('c', 'three', 10);

  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual(['one', undefined, 'three']);
});

it('does not keep what is larger than itself, and forgets the value before it', () => {
  const { cache } = cacheOf(1_000);
  cache.set('a', 'small', 5);

  cache.set('a', 'large', 1_000);

  expect(cache.get('a')).toBeUndefined();
  expect(cache.stats().bytes).toBe(0);
});

it('keeps nothing when its size is zero', () => {
  const { cache } = cacheOf(0);

  cache.set('a', '', 0);

  expect(cache.get('a')).toBeUndefined();
});
