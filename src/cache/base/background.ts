import { withDeadline } from '../../waiting/deadline.js';

/** Work that nobody waits for, counted and bounded; {@link settle} waits for it at shutdown. */
export class Background {
  private readonly running = new Set<Promise<void>>();

  constructor(private readonly limit: number) {}

  get size(): number {
    return this.running.size;
  }

  /**
   * Begins `work`, which must not reject.
   * @returns false when too much is under way: then it is not begun
   */
  run(work: () => Promise<void>): boolean {
    if (this.running.size >= this.limit) return false;
    const task = work().finally(() => this.running.delete(task));
    this.running.add(task);
    return true;
  }

  /** Resolves when everything is done, or after `deadlineMs`. */
  async settle(deadlineMs: number): Promise<void> {
    const all = (): Promise<unknown> => Promise.allSettled(this.running);
    await withDeadline(all, { timeoutMs: deadlineMs }).catch(() => undefined);
  }
}
