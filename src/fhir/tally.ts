/** Counts by reason. A reason is one of our own phrases: it never holds anything that a file says. */
export class Tally {
  private readonly counts = new Map<string, number>();

  add(reason: string, count = 1): void {
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + count);
  }

  addAll(other: Tally): void {
    for (const [reason, count] of other.counts) this.add(reason, count);
  }

  /** The most frequent reason first; the alphabet decides between equals. */
  entries(): [reason: string, count: number][] {
    return [...this.counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  }

  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }
}
