import { reachesTheTop } from './climb.js';

describe('reachesTheTop', () => {
  it.each([
    ['one load for every version, and all answered', { loads: 30, least: 30, failed: 0 }, true],
    ['one load more', { loads: 31, least: 30, failed: 0 }, false],
    ['fewer loads than versions', { loads: 29, least: 30, failed: 0 }, false],
    ['a request that failed', { loads: 30, least: 30, failed: 1 }, false],
  ])('%s', (_, step, reached) => {
    expect(reachesTheTop(step)).toBe(reached);
  });
});
