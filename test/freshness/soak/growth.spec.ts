import { isLoadEnough, trendsOf, type Sample } from './growth.js';

const MIB = 1_048_576;
const SAMPLE: Sample = { rss: 200 * MIB, heap: 60 * MIB, external: 8 * MIB, handles: 40, lagMs: 20 };

/** A run of 100 samples, each made by `at` from how far the run is (0 to 1). */
function growing(at: (progress: number) => Partial<Sample>): string[] {
  const samples = Array.from({ length: 100 }, (_, i) => ({ ...SAMPLE, ...at(i / 99) }));
  return trendsOf(samples)
    .filter(({ grows }) => grows)
    .map(({ measure }) => measure);
}

describe('trendsOf', () => {
  it('a level run grows in nothing', () => {
    expect(growing(() => ({}))).toEqual([]);
  });

  it('what rises during the warm-up and then stays is no growth', () => {
    expect(
      growing((p) => ({ rss: SAMPLE.rss * (1 + Math.min(p, 0.2)), heap: 60 * MIB * Math.min(1, 5 * p) })),
    ).toEqual([]);
  });

  it('garbage that comes and goes is no growth of the heap', () => {
    expect(growing((p) => ({ heap: (60 + ((p * 990) % 50)) * MIB }))).toEqual([]);
  });

  it.each([
    ['rss', (p: number) => ({ rss: (200 + 100 * p) * MIB })],
    ['heap', (p: number) => ({ heap: (60 + 40 * p + ((p * 990) % 20)) * MIB })],
    ['external', (p: number) => ({ external: (8 + 20 * p) * MIB })],
    ['handles', (p: number) => ({ handles: Math.round(40 + 20 * p) })],
    ['lagMs', (p: number) => ({ lagMs: 20 + 1_000 * p })],
  ] as const)('%s that rises all the time is found', (measure, at) => {
    expect(growing(at)).toEqual([measure]);
  });

  it('too few samples say nothing', () => {
    expect(() => trendsOf(Array.from({ length: 9 }, () => SAMPLE))).toThrow(RangeError);
  });
});

it.each([
  [6_000, true],
  [5_999, false],
])('isLoadEnough, %i reads in a minute that aims at 200 a second: %j', (reads, isEnough) => {
  expect(isLoadEnough(reads, 1, 200)).toBe(isEnough);
});
