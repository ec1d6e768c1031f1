export type Labels = Readonly<Record<string, string | number>>;
export type Sample = readonly [labels: Labels, value: number];

/** A metric whose values are kept elsewhere, and read when Prometheus asks. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly kind: 'counter' | 'gauge';
  readonly samples: () => readonly Sample[];
}

/** What a feature lets Prometheus know: `readonly Family[]`. Several modules may provide it. */
export const MetricFamilies = Symbol('MetricFamilies');
