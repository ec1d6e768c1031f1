import { Histogram } from './histogram.js';

describe('Histogram', () => {
  it('counts a duration in the first bucket whose bound it does not exceed', () => {
    const histogram = new Histogram();
    for (const ms of [0, 0.25, 0.26, 10_000, 10_001]) histogram.observe(ms);

    expect(histogram.counts.at(0)).toBe(2);
    expect(histogram.counts.at(1)).toBe(1);
    expect(histogram.counts.at(-2)).toBe(1);
    expect(histogram.counts.at(-1)).toBe(1);
    expect(histogram.counts).toHaveLength(Histogram.BOUNDS_MS.length + 1);
    expect(histogram.count).toBe(5);
    expect(histogram.sumMs).toBeCloseTo(20_001.51);
    expect(histogram.meanMs).toBeCloseTo(4_000.302);
  });

  it('has no quantile and no mean without durations', () => {
    expect(new Histogram().quantileMs(0.5)).toBeUndefined();
    expect(new Histogram().meanMs).toBeUndefined();
  });

  it('estimates a quantile within the bucket that it falls into', () => {
    const histogram = new Histogram();
    for (let i = 0; i < 90; i++) histogram.observe(3);
    for (let i = 0; i < 10; i++) histogram.observe(70);

    expect(histogram.quantileMs(0.45)).toBeCloseTo(3.75);
    expect(histogram.quantileMs(0.9)).toBeCloseTo(5);
    expect(histogram.quantileMs(0.95)).toBeCloseTo(75);
    expect(histogram.quantileMs(1)).toBeCloseTo(100);
  });

  it('says the last bound for what lies above it', () => {
    const histogram = new Histogram();
    histogram.observe(60_000);

    expect(histogram.quantileMs(0.5)).toBe(10_000);
  });
});
