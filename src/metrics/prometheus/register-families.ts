import { Gauge, type Registry } from 'prom-client';
import { Histogram } from '../../cache/index.js';
import type { Family, Labels, Sample } from '../../common/metric-family.js';

/** Durations that are kept elsewhere; in seconds, as is the custom of Prometheus. */
export interface HistogramFamily {
  readonly name: string;
  readonly help: string;
  readonly kind: 'histogram';
  readonly samples: () => readonly (readonly [labels: Labels, durations: Histogram])[];
}

type GaugeAnswer = Awaited<ReturnType<Gauge['get']>>;
type Value = GaugeAnswer['values'][number] & { readonly metricName?: string };

const MS_PER_SECOND = 1_000;

/**
 * prom-client counts by itself, at a microsecond a count, which is more than a hit costs. It writes whatever `get`
 * answers, so this metric answers with what others have counted.
 */
class ReadMetric extends Gauge {
  constructor(private readonly family: Family | HistogramFamily) {
    super({ name: family.name, help: family.help, registers: [] });
  }

  override async get(): Promise<GaugeAnswer> {
    const { family } = this;
    const values =
      family.kind === 'histogram'
        ? family.samples().flatMap(bucketsOf(family.name))
        : family.samples().map(toValue);
    // The types of prom-client say a number; what it writes is the word.
    const type = family.kind as unknown as GaugeAnswer['type'];
    return { ...(await super.get()), type, values };
  }
}

export function register(registry: Registry, families: readonly (Family | HistogramFamily)[]): void {
  for (const family of families) registry.registerMetric(new ReadMetric(family));
}

function toValue([labels, value]: Sample): Value {
  return { labels, value };
}

function bucketsOf(name: string) {
  return ([labels, { counts, count, sumMs }]: readonly [Labels, Histogram]): Value[] => {
    let below = 0;
    const buckets = Histogram.BOUNDS_MS.map((boundMs, i): Value => {
      below += counts[i] ?? 0;
      return {
        metricName: `${name}_bucket`,
        labels: { ...labels, le: boundMs / MS_PER_SECOND },
        value: below,
      };
    });
    return [
      ...buckets,
      { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
      { metricName: `${name}_sum`, labels, value: sumMs / MS_PER_SECOND },
      { metricName: `${name}_count`, labels, value: count },
    ];
  };
}
