const SLICES = 12;

/** What {@link HitWindow.take} found. */
export interface Taken {
  readonly allowed: boolean;
  /** Requests that count at this moment, this one included where it was allowed. */
  readonly hits: number;
  /** Until the oldest request no longer counts: when denied, the time to wait. */
  readonly freesInMs: number;
}

/**
 * Counts the requests of one caller in a window that slides in twelve steps. A request counts for at least 11/12 of the
 * window and at most the whole of it, so no 11/12 of a window ever holds more than the limit. Twelve counters,
 * whatever the limit; denied requests do not count.
 */
export class HitWindow {
  private readonly counts = new Uint32Array(SLICES);
  private readonly sliceMs: number;
  private newest = Number.NEGATIVE_INFINITY;
  private hits = 0;

  constructor(windowMs: number) {
    this.sliceMs = windowMs / SLICES;
  }

  /** Counts a request at `nowMs`, of a clock that never goes back, unless `limit` requests count already. */
  take(nowMs: number, limit: number): Taken {
    this.slideTo(Math.floor(nowMs / this.sliceMs));
    const allowed = this.hits < limit;
    if (allowed) {
      this.setCount(this.newest, this.count(this.newest) + 1);
    }
    return { allowed, hits: this.hits, freesInMs: this.oldestEndsAtMs() - nowMs };
  }

  private slideTo(slice: number): void {
    const gone = Math.min(slice - this.newest, SLICES);
    for (let step = 0; step < gone; step += 1) this.setCount(slice - step, 0);
    this.newest = Math.max(slice, this.newest);
  }

  private oldestEndsAtMs(): number {
    let slice = this.newest - SLICES + 1;
    while (slice < this.newest && this.count(slice) === 0) slice += 1;
    return (slice + SLICES) * this.sliceMs;
  }

  private count(slice: number): number {
    return this.counts[slice % SLICES] ?? 0;
  }

  private setCount(slice: number, count: number): void {
    this.hits += count - this.count(slice);
    this.counts[slice % SLICES] = count;
  }
}
