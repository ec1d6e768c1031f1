import { RouteCounts } from './route-counts.js';
import { savingsOf } from './savings.js';

function route(
  set: Partial<Pick<RouteCounts, 'hits' | 'misses' | 'joined' | 'readUnits'>>,
  loadMs: number[],
) {
  const counts = new RouteCounts();
  Object.assign(counts, set);
  for (const ms of loadMs) counts.loads.observe(ms);
  return counts;
}

describe('savingsOf', () => {
  it('takes each route by what it costs itself: mean load, mean units of a look-up', () => {
    const small = route(
      { hits: { L1: 100, L2: 10 }, misses: { L1: 30, L2: 10 }, joined: 10, readUnits: 10 },
      [2, 4],
    );
    const large = route(
      { hits: { L1: 10, L2: 0 }, misses: { L1: 1, L2: 1 }, joined: 0, readUnits: 5 },
      [100],
    );

    const saved = savingsOf([small, large]);

    expect(saved).toMatchObject({ loads: 130, loadMs: 120 * 3 + 10 * 100, readUnits: 100 * 0.5 + 10 * 5 });
    expect(saved.usd).toBeCloseTo((100 * 0.1525) / 1e6, 12);
  });

  it('nothing is known of what was never loaded and never looked up: nothing is claimed', () => {
    const counts = route({ hits: { L1: 7, L2: 0 } }, []);

    expect(savingsOf([counts])).toEqual({ loads: 7, loadMs: 0, readUnits: 0, usd: 0 });
  });
});
