const SECONDS = 60;

/** How often something happened in the last minute: one counter a second, in a ring. */
export class RecentRate {
  private readonly counts = new Float64Array(SECONDS);
  private readonly seconds = new Float64Array(SECONDS).fill(-1);
  private readonly since: number;

  /** @param nowMs monotonic, as for all methods */
  constructor(nowMs: number) {
    this.since = Math.floor(nowMs / 1000);
  }

  add(nowMs: number): void {
    const second = Math.floor(nowMs / 1000);
    const slot = second % SECONDS;
    if (this.seconds[slot] !== second) {
      this.seconds[slot] = second;
      this.counts[slot] = 0;
    }
    this.counts[slot] = (this.counts[slot] as number) + 1;
  }

  /** A second, over the last 60 whole seconds, or as many as there were. */
  perSecond(nowMs: number): number {
    const now = Math.floor(nowMs / 1000);
    const first = Math.max(now - SECONDS, this.since);
    let sum = 0;
    for (const [slot, second] of this.seconds.entries()) {
      if (second >= first && second < now) sum += this.counts[slot] as number;
    }
    return now > first ? sum / (now - first) : 0;
  }
}
