/** How many resources of which types. */
export interface TallyLine {
  readonly reason: string;
  readonly total: number;
  /** The most frequent type first. */
  readonly types: readonly (readonly [type: string, count: number])[];
}

/** Counts resources by reason and type. Both are phrases of our own: they never hold anything that a file says. */
export class Tally {
  private readonly counts = new Map<string, Map<string, number>>();

  add(type: string, reason: string, count = 1): void {
    const types = this.counts.get(reason) ?? new Map<string, number>();
    this.counts.set(reason, types.set(type, (types.get(type) ?? 0) + count));
  }

  addAll(other: Tally): void {
    for (const [reason, types] of other.counts) {
      for (const [type, count] of types) this.add(type, reason, count);
    }
  }

  /** The most frequent reason first; the alphabet decides between equals. */
  lines(): TallyLine[] {
    return [...this.counts]
      .map(([reason, types]) => ({ reason, total: sum(types), types: [...types].sort(byCount) }))
      .sort((a, b) => byCount([a.reason, a.total], [b.reason, b.total]));
  }

  get total(): number {
    return [...this.counts.values()].reduce((total, types) => total + sum(types), 0);
  }
}

function sum(types: ReadonlyMap<string, number>): number {
  return [...types.values()].reduce((total, count) => total + count, 0);
}

function byCount([a, n]: readonly [string, number], [b, m]: readonly [string, number]): number {
  return m - n || (a < b ? -1 : 1);
}
