/** What the service tells CloudWatch, with CloudWatch's units. Counts are those of the interval, states those of its end. */
export const EMF_METRICS = {
  Requests: 'Count',
  HitsL1: 'Count',
  HitsL2: 'Count',
  Loads: 'Count',
  LoadFailures: 'Count',
  Joined: 'Count',
  ServedStale: 'Count',
  Defects: 'Count',
  StoreFaults: 'Count',
  Inconsistencies: 'Count',
  Invalidations: 'Count',
  ReadUnits: 'Count',
  WriteUnits: 'Count',
  CostUsd: 'None',
  FeedLive: 'None',
  BreakerOpen: 'None',
  LocalBytes: 'Bytes',
  LatencyP95L1: 'Milliseconds',
  LatencyP95L2: 'Milliseconds',
  LatencyP95Load: 'Milliseconds',
} as const;

export type EmfMetric = keyof typeof EMF_METRICS;
/** A metric without a value says nothing in this interval. */
export type EmfValues = Readonly<Partial<Record<EmfMetric, number>>>;
