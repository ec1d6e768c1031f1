import { setTimeout as delay } from 'node:timers/promises';
import type { FaultSpan } from '../history/trace.js';
import type { Nemesis, NemesisContext } from './nemesis.js';

export interface StormOptions extends NemesisContext {
  readonly nemeses: readonly Nemesis[];
  readonly signal: AbortSignal;
}

/** Faults at the same time, at most. */
const AT_ONCE = 3;
const PAUSE_MS = { min: 200, max: 1_800 };
const POLL_MS = 50;

/**
 * Faults in an order that the seed decides, several at once: every kind comes once before any comes again. What they meet
 * is up to the machine, so the same seed repeats the faults, and not what happened.
 */
export class Storm {
  /** All faults so far, oldest first. */
  readonly faults: FaultSpan[] = [];
  /** How often each kind was used. */
  readonly used: Record<string, number> = {};
  private readonly lastAt = new Map<Nemesis, number>();
  private readonly healing = new Set<Promise<void>>();

  constructor(private readonly options: StormOptions) {}

  /** Until the signal says stop. Rejects when a fault cannot be healed. */
  async rage(): Promise<void> {
    const { random, signal } = this.options;
    const failure = Promise.withResolvers<never>();
    failure.promise.catch(() => undefined);
    for (let queue: Nemesis[] = []; !signal.aborted;) {
      if (queue.length === 0) queue = random.shuffled(this.options.nemeses);
      const next = this.takeDue(queue);
      if (next === undefined || this.healing.size >= AT_ONCE) {
        await Promise.race([delay(POLL_MS), failure.promise]);
        continue;
      }
      // PostgreSQL may be away just when a fault needs it, or every instance: then later.
      if (!(await this.begin(next, failure.reject))) queue.push(next);
      await Promise.race([delay(random.between(PAUSE_MS.min, PAUSE_MS.max)), failure.promise]);
    }
  }

  /** Resolves when everything is healed. */
  async calm(): Promise<void> {
    while (this.healing.size > 0) await Promise.all(this.healing);
  }

  /** The next kind that may come again. Whichever has to wait, is passed over. */
  private takeDue(queue: Nemesis[]): Nemesis | undefined {
    const now = performance.now();
    const at = queue.findIndex((one) => now - (this.lastAt.get(one) ?? -Infinity) >= (one.everyMs ?? 0));
    return at < 0 ? undefined : queue.splice(at, 1)[0];
  }

  private async begin(nemesis: Nemesis, fail: (reason: unknown) => void): Promise<boolean> {
    const startedAt = performance.now();
    this.lastAt.set(nemesis, startedAt);
    const fault = await attempt(() => nemesis.begin(this.options));
    if (fault === undefined) return false;
    const span: FaultSpan = { what: fault.what, startedAt, endedAt: Infinity };
    this.faults.push(span);
    this.used[nemesis.name] = (this.used[nemesis.name] ?? 0) + 1;
    const healed = delay(fault.durationMs)
      .then(() => fault.heal())
      .then(() => void (span.endedAt = performance.now()))
      .catch(fail)
      .finally(() => this.healing.delete(healed));
    this.healing.add(healed);
    return true;
  }
}

async function attempt<T>(work: () => Promise<T> | T): Promise<T | undefined> {
  try {
    return await work();
  } catch {
    return undefined;
  }
}
