import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Background } from '../base/background.js';
import type { Clock } from '../base/clock.js';
import type { Report } from '../base/events.js';
import type { EntryKey } from '../keys/entry-key.js';
import type { GuardedStore } from '../tiers/guarded-store.js';
import type { Fill } from './fill.js';
import type { OriginLoad } from './origin-load.js';

export interface LeaseOptions {
  readonly store: GuardedStore;
  readonly background: Background;
  readonly clock: Clock;
  readonly report: Report;
  readonly random: () => number;
  /** How long a lease lasts whose holder died, in ms. */
  readonly leaseTtlMs: number;
  /** How long others wait for the holder's entry before they load themselves, in ms. */
  readonly leaseWaitMs: number;
}

/** What is loaded under a lease. */
export interface LeasedWork<T> {
  readonly key: EntryKey;
  readonly name: string;
  /** Looks for the entry in L2, past a cache in front of it. */
  find(): Promise<Fill<T> | undefined>;
  load(): Promise<OriginLoad<T>>;
}

/** What came of waiting for the lease: it is ours, the holder's entry was found, or we go on without. */
type Turn<T> =
  | { readonly kind: 'won' | 'timed-out' | 'unavailable' }
  | { readonly kind: 'waited'; readonly found: Fill<T> };

const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 100;
/** Longer than an eventually consistent read lags, and than a look-up takes. To be late costs a second load. */
const LEASE_LINGER_MS = 500;

/**
 * One load for all processes that miss a key at the same time: whoever gets the load lease loads, the others look for the
 * entry with jittered pauses. A lease that is given back without an entry goes to whoever asks next. A process that has
 * waited long enough loads without one, so a lease can delay an answer but never prevent it.
 */
export class LeasedLoad<T> {
  private readonly owner = randomUUID();

  constructor(
    private readonly work: LeasedWork<T>,
    private readonly options: LeaseOptions,
  ) {}

  /** @returns undefined: nobody holds it for us, and there is no entry; whoever asked loads without a lease */
  async run(): Promise<Fill<T> | undefined> {
    const turn = await this.waitForTurn();
    this.options.report({ type: 'lease', name: this.work.name, outcome: turn.kind });
    if (turn.kind === 'waited') return turn.found;
    return turn.kind === 'won' ? this.loadAsHolder() : undefined;
  }

  private async waitForTurn(): Promise<Turn<T>> {
    const { store, random, leaseTtlMs, leaseWaitMs } = this.options;
    const { key, name } = this.work;
    const end = performance.now() + leaseWaitMs;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
      const won = await store.acquireLease(key, this.owner, leaseTtlMs, { name });
      if (won === undefined) return { kind: 'unavailable' };
      if (won) return { kind: 'won' };
      const leftMs = end - performance.now();
      if (leftMs <= 0) return { kind: 'timed-out' };
      await delay(Math.min(leftMs, pauseMs * (0.5 + random())));
      const found = await this.work.find();
      if (found !== undefined) return { kind: 'waited', found };
    }
  }

  private async loadAsHolder(): Promise<Fill<T>> {
    const { store, background, report } = this.options;
    try {
      // The cache in front of the store may go on saying that there is no entry.
      const stored = store.isBehindCache ? await this.work.find() : undefined;
      if (stored !== undefined) {
        background.run(() => this.release());
        return stored;
      }
      const { fill, writeShared } = await this.work.load();
      const isBegun = background.run(async () => this.end(await writeShared?.(), fill));
      if (!isBegun && writeShared !== undefined) report({ type: 'write-shed', name: this.work.name });
      return fill;
    } catch (error) {
      background.run(() => this.release());
      throw error;
    }
  }

  /**
   * Once there is an entry, the lease ends a little later: whoever missed the entry just before it was stored gets no lease
   * and looks again, so that whoever gets one need not.
   */
  private async end(stored: EntryKey | undefined, { entry }: Fill<T>): Promise<void> {
    const isFound = stored !== undefined && stored.versions === this.work.key.versions;
    const lastsMs = (entry?.expiresAtMs ?? 0) - this.options.clock.now();
    if (!isFound || lastsMs <= LEASE_LINGER_MS) return this.release();
    const { key, name } = this.work;
    await this.options.store.acquireLease(key, this.owner, LEASE_LINGER_MS, { name });
  }

  private release(): Promise<void> {
    return this.options.store.releaseLease(this.work.key, this.owner, { name: this.work.name });
  }
}
