/** One write of a register. Times in ms on the clock of the process that checks. */
export interface Write {
  readonly register: string;
  /** Unlike every other value of its register. */
  readonly value: string;
  /** Which instance was asked, or `sql` for another program. */
  readonly instance: string;
  readonly startedAt: number;
  /** When its success was answered; infinite while it is not known to have succeeded. */
  answeredAt: number;
  /** From when on it has surely happened: its answer, or the end of the first read that saw it. */
  settledAt: number;
}

const KEPT_WRITES = 512;

/**
 * The writes of one register, oldest first. Two writes have an order only when one had settled before the other began:
 * of what overlaps, and of a write whose answer was lost, nobody knows which came last.
 */
export class RegisterHistory {
  private readonly writes: Write[] = [];

  constructor(readonly register: string) {}

  begin(value: string, instance: string, startedAt: number): Write {
    const write: Write = {
      register: this.register,
      value,
      instance,
      startedAt,
      answeredAt: Infinity,
      settledAt: Infinity,
    };
    this.writes.push(write);
    if (this.writes.length > KEPT_WRITES) this.writes.shift();
    return write;
  }

  answer(write: Write, at: number): void {
    write.answeredAt = at;
    write.settledAt = Math.min(write.settledAt, at);
  }

  /** A read that ended at `at` returned `write`: it has happened by then, answered or not. */
  see(write: Write, at: number): void {
    write.settledAt = Math.min(write.settledAt, at);
  }

  find(value: string): Write | undefined {
    return this.writes.findLast((write) => write.value === value);
  }

  /** The newest write that was answered. */
  get newestAnswered(): Write | undefined {
    return this.writes.findLast(({ answeredAt }) => answeredAt !== Infinity);
  }

  /**
   * Of the writes that surely came after `write` and that `counts`, the one that settled first: since then `write` was
   * out of date. Undefined when there is none.
   */
  overwriterOf(write: Write, counts: (later: Write) => boolean): Write | undefined {
    let first: Write | undefined;
    for (let i = this.writes.length - 1; i >= 0; i--) {
      const later = this.writes[i];
      // They are sorted by their beginning.
      if (later === undefined || later.startedAt <= write.settledAt) break;
      if (counts(later) && (first === undefined || later.settledAt < first.settledAt)) first = later;
    }
    return first;
  }
}
