/** Counts by kind, of which there are few. */
export class Tally<Kind extends string> {
  private readonly counts = new Map<Kind, number>();

  add(kind: Kind): void {
    this.counts.set(kind, this.of(kind) + 1);
  }

  of(kind: Kind): number {
    return this.counts.get(kind) ?? 0;
  }

  toJSON(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.counts);
  }
}
