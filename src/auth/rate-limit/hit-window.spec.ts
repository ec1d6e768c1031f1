import fc from 'fast-check';
import { HitWindow } from './hit-window.js';

const WINDOW_MS = 60_000;
const STEP_MS = 5_000;

describe('HitWindow', () => {
  it('allows as many requests as the limit, and none more in the same moment', () => {
    const window = new HitWindow(WINDOW_MS);

    const allowed = Array.from({ length: 7 }, () => window.take(0, 5).allowed);

    expect(allowed).toEqual([true, true, true, true, true, false, false]);
    expect(window.take(0, 5).hits).toBe(5);
  });

  it('tells when to come back, and keeps the word', () => {
    const window = new HitWindow(WINDOW_MS);
    for (let hit = 0; hit < 5; hit += 1) window.take(12_345, 5);

    const denied = window.take(20_000, 5);

    expect(denied.allowed).toBe(false);
    expect(window.take(20_000 + denied.freesInMs - 1, 5).allowed).toBe(false);
    expect(window.take(20_000 + denied.freesInMs, 5).allowed).toBe(true);
  });

  it('gives back step by step what was used step by step', () => {
    const window = new HitWindow(WINDOW_MS);
    for (let step = 0; step < 5; step += 1) window.take(step * STEP_MS, 5);

    expect(window.take(WINDOW_MS - 1, 5).allowed).toBe(false);
    expect(window.take(WINDOW_MS, 5).allowed).toBe(true);
    expect(window.take(WINDOW_MS, 5).allowed).toBe(false);
    expect(window.take(WINDOW_MS + STEP_MS, 5).allowed).toBe(true);
  });

  it('has forgotten everything after a long silence', () => {
    const window = new HitWindow(WINDOW_MS);
    for (let hit = 0; hit < 5; hit += 1) window.take(0, 5);

    expect(window.take(1e12, 5)).toMatchObject({ allowed: true, hits: 1 });
  });

  it('any traffic: never over the limit in 11/12 of a window, never denied without the limit in a whole one', () => {
    const gaps = fc.array(fc.oneof(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 90_000 })), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 12 }), (waits, limit) => {
        const window = new HitWindow(WINDOW_MS);
        const allowedAt: number[] = [];
        const countSince = (ms: number) => allowedAt.filter((at) => at > ms).length;
        let now = 0;
        for (const wait of waits) {
          now += wait;
          const { allowed, freesInMs } = window.take(now, limit);
          if (allowed) allowedAt.push(now);
          else expect(countSince(now - WINDOW_MS)).toBeGreaterThanOrEqual(limit);
          expect(countSince(now - (WINDOW_MS - STEP_MS))).toBeLessThanOrEqual(limit);
          expect(freesInMs).toBeGreaterThan(0);
          expect(freesInMs).toBeLessThanOrEqual(WINDOW_MS);
        }
      }),
    );
  });
});
