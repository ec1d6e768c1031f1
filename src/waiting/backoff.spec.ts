import * as fc from 'fast-check';
import { backoffMs, pauseFor } from './backoff.js';

const JUST_BELOW_1 = 1 - Number.EPSILON / 2;

describe('backoffMs', () => {
  it('doubles from its base up to the longest, of which it is the random part', () => {
    const bounds = Array.from({ length: 8 }, (_, attempt) =>
      backoffMs(attempt, { baseMs: 4, longestMs: 150, random: () => 1 }),
    );
    expect(bounds).toEqual([4, 8, 16, 32, 64, 128, 150, 150]);
    expect(backoffMs(3, { baseMs: 4, longestMs: 150, random: () => 0.25 })).toBe(8);
  });

  it('at the bounds of chance: nothing, and less than the upper bound', () => {
    expect(backoffMs(3, { baseMs: 4, random: () => 0 })).toBe(0);
    expect(backoffMs(3, { baseMs: 4, random: () => JUST_BELOW_1 })).toBeLessThan(32);
  });

  it.each([31, 1_023, 2_000, Number.MAX_SAFE_INTEGER])(
    'attempt %d: the longest, and no overflow',
    (attempt) => {
      const random = () => JUST_BELOW_1;
      expect(backoffMs(attempt, { baseMs: 4, longestMs: 150, random })).toBeCloseTo(150);
      expect(backoffMs(attempt, { baseMs: 4, random })).toBeLessThan(2 ** 31);
      expect(backoffMs(attempt, { baseMs: 4, random: () => 0 })).toBe(0);
    },
  );

  it('is never less than 0, nor over its bound', () => {
    fc.assert(
      fc.property(
        fc.nat(5_000),
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 1, max: 100_000 }),
        (attempt, baseMs, longestMs) => {
          const ms = backoffMs(attempt, { baseMs, longestMs });
          expect(ms).toBeGreaterThanOrEqual(0);
          expect(ms).toBeLessThan(longestMs);
        },
      ),
    );
  });
});

describe('pauseFor', () => {
  it('ends as soon as it is aborted, also before it begins', async () => {
    const abort = new AbortController();
    const pause = pauseFor(2 ** 30, abort.signal);
    abort.abort();

    await expect(pause).rejects.toMatchObject({ name: 'AbortError' });
    await expect(pauseFor(2 ** 30, abort.signal)).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('ends by itself', async () => {
    await expect(pauseFor(0)).resolves.toBeUndefined();
    await expect(pauseFor(0, new AbortController().signal)).resolves.toBeUndefined();
  });
});
