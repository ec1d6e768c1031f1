/** Counts of durations by upper bound, in ms. Constant memory, O(1) to add to. */
export class Histogram {
  /** Upper bounds in ms, ascending; durations above the last are counted beside them. */
  static readonly BOUNDS_MS: readonly number[] = [
    0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000,
  ];

  /** Not cumulative; the last one is for durations above all bounds. */
  readonly counts: number[] = Array.from({ length: Histogram.BOUNDS_MS.length + 1 }, () => 0);
  count = 0;
  sumMs = 0;

  observe(durationMs: number): void {
    const bounds = Histogram.BOUNDS_MS;
    let i = 0;
    while (i < bounds.length && durationMs > (bounds[i] as number)) i++;
    this.counts[i] = (this.counts[i] as number) + 1;
    this.count++;
    this.sumMs += durationMs;
  }

  /** Adds all durations of `other`. */
  merge(other: Histogram): void {
    for (const [i, count] of other.counts.entries()) this.counts[i] = (this.counts[i] as number) + count;
    this.count += other.count;
    this.sumMs += other.sumMs;
  }

  get meanMs(): number | undefined {
    return this.count === 0 ? undefined : this.sumMs / this.count;
  }

  /**
   * An estimate of a quantile in (0, 1], in ms, as Prometheus makes it: durations are taken to be spread evenly within
   * their bucket. Above the last bound it is that bound; undefined when there is nothing yet.
   */
  quantileMs(quantile: number): number | undefined {
    if (this.count === 0) return undefined;
    let below = 0;
    for (const [i, count] of this.counts.entries()) {
      const wanted = quantile * this.count - below;
      const upper = Histogram.BOUNDS_MS[i];
      if (upper === undefined) break;
      const lower = Histogram.BOUNDS_MS[i - 1] ?? 0;
      if (count > 0 && wanted <= count) return lower + ((upper - lower) * wanted) / count;
      below += count;
    }
    return Histogram.BOUNDS_MS.at(-1);
  }
}
