import { Histogram } from '../../cache/index.js';
import { emfLine } from './emf-line.js';
import { EMF_METRICS } from './emf-metrics.js';
import { valuesBetween, type EmfReading } from './emf-reading.js';

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
const UNITS = ['Count', 'None', 'Bytes', 'Milliseconds'];

function durations(...ms: number[]): Histogram {
  const histogram = new Histogram();
  ms.forEach((each) => histogram.observe(each));
  return histogram;
}

const reading = (hits: number, l1: Histogram): EmfReading => ({
  counts: { HitsL1: hits, CostUsd: hits / 1_000 },
  states: { FeedLive: 1, LocalBytes: 4_096 },
  latencies: new Map([['L1', l1]]),
});

describe('emfLine', () => {
  const line = emfLine('Careline', 1_700_000_000_000, { HitsL1: 3, FeedLive: 0, LatencyP95L1: 0.5 });
  const parsed = JSON.parse(line) as Record<string, unknown> & {
    _aws: {
      Timestamp: number;
      CloudWatchMetrics: { Namespace: string; Dimensions: unknown; Metrics: unknown[] }[];
    };
  };

  it('is one line of JSON, as CloudWatch Logs takes it for one event', () => {
    expect(line.indexOf('\n')).toBe(line.length - 1);
  });

  it('has the metadata of the specification: time in ms, namespace, dimensions, names with units', () => {
    expect(parsed._aws).toEqual({
      Timestamp: 1_700_000_000_000,
      CloudWatchMetrics: [
        {
          Namespace: 'Careline',
          Dimensions: [[]],
          Metrics: [
            { Name: 'HitsL1', Unit: 'Count' },
            { Name: 'FeedLive', Unit: 'None' },
            { Name: 'LatencyP95L1', Unit: 'Milliseconds' },
          ],
        },
      ],
    });
  });

  it('has every metric as a member of the root, a number, and nothing else', () => {
    expect(parsed).toEqual({ _aws: parsed._aws, HitsL1: 3, FeedLive: 0, LatencyP95L1: 0.5 });
  });

  it('leaves out what is no number: one such value would spoil the line', () => {
    expect(emfLine('Careline', 0, { HitsL1: Number.NaN, Loads: Number.POSITIVE_INFINITY })).not.toMatch(
      /HitsL1|Loads/,
    );
  });

  it('has units that CloudWatch knows, and at most 100 metrics', () => {
    expect(Object.values(EMF_METRICS).every((unit) => UNITS.includes(unit))).toBe(true);
    expect(Object.keys(EMF_METRICS).length).toBeLessThanOrEqual(100);
  });
});

describe('valuesBetween', () => {
  it('counts since the beginning where there is no reading before', () => {
    expect(valuesBetween(undefined, reading(7, durations()))).toMatchObject({ HitsL1: 7, FeedLive: 1 });
  });

  it('counts what came since the last reading, and tells states as they are', () => {
    const values = valuesBetween(reading(7, durations()), reading(10, durations()));

    expect(values).toMatchObject({ HitsL1: 3, FeedLive: 1, LocalBytes: 4_096 });
    expect(values.CostUsd).toBeCloseTo(0.003);
  });

  it('latency is that of the interval: earlier requests do not count, and without any there is none', () => {
    const slow = durations(9_000);
    const then = durations(9_000, 0.1);

    expect(valuesBetween(reading(0, slow), reading(0, then)).LatencyP95L1).toBeLessThanOrEqual(0.25);
    expect(valuesBetween(reading(0, slow), reading(0, slow))).not.toHaveProperty('LatencyP95L1');
  });
});
