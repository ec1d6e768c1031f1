import type { CacheOverview } from '../../cache/index.js';
import { Histogram } from '../../cache/index.js';
import type { EmfMetric, EmfValues } from './emf-metrics.js';
import type { AnswerSource } from '../request-latencies.js';

type Latencies = ReadonlyMap<AnswerSource, Histogram>;

/** What has been counted since the process began. */
export interface EmfReading {
  readonly counts: Readonly<Partial<Record<EmfMetric, number>>>;
  readonly states: EmfValues;
  readonly latencies: Latencies;
}

export function readingOf(overview: CacheOverview, latencies: Latencies): EmfReading {
  const { total, local, shared, feed, routes } = overview;
  const sum = (of: (route: CacheOverview['routes'][number]) => number) =>
    routes.reduce((all, route) => all + of(route), 0);
  return {
    counts: {
      Requests: total.requests,
      HitsL1: total.hits.L1,
      HitsL2: total.hits.L2,
      Loads: total.loads,
      LoadFailures: sum(({ loads }) => loads.failed),
      Joined: total.joined,
      ServedStale: total.servedStale,
      Defects: sum(({ defects }) => allOf(defects)),
      StoreFaults: allOf(shared.faults),
      Inconsistencies: total.inconsistencies,
      Invalidations: feed.invalidations,
      ReadUnits: total.readUnits,
      WriteUnits: total.writeUnits,
      CostUsd: total.usd,
    },
    states: {
      FeedLive: feed.state === 'live' ? 1 : 0,
      BreakerOpen: shared.state === 'open' ? 1 : 0,
      LocalBytes: local.bytes,
    },
    latencies: new Map([...latencies].map(([source, durations]) => [source, copyOf(durations)])),
  };
}

/** What happened between two readings; `before` undefined: since the process began. */
export function valuesBetween(before: EmfReading | undefined, now: EmfReading): EmfValues {
  const counts = Object.entries(now.counts).map(([name, count]): [string, number] => [
    name,
    count - (before?.counts[name as EmfMetric] ?? 0),
  ]);
  const p95 = (name: EmfMetric, source: AnswerSource): EmfValues => {
    const value = difference(before?.latencies.get(source), now.latencies.get(source)).quantileMs(0.95);
    return value === undefined ? {} : { [name]: value };
  };
  return {
    ...Object.fromEntries<number>(counts),
    ...now.states,
    ...p95('LatencyP95L1', 'L1'),
    ...p95('LatencyP95L2', 'L2'),
    ...p95('LatencyP95Load', 'load'),
  };
}

function allOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function copyOf(durations: Histogram): Histogram {
  const copy = new Histogram();
  copy.merge(durations);
  return copy;
}

function difference(before: Histogram | undefined, now: Histogram | undefined): Histogram {
  const result = new Histogram();
  if (now === undefined) return result;
  for (const [i, count] of now.counts.entries()) result.counts[i] = count - (before?.counts[i] ?? 0);
  result.count = now.count - (before?.count ?? 0);
  return result;
}
