import { setTimeout as delay } from 'node:timers/promises';
import type { Report } from '../base/events.js';
import type { GuardedStore } from '../tiers/guarded-store.js';
import type { EntryKey } from '../keys/entry-key.js';

export interface LeaseOptions {
  readonly store: GuardedStore;
  readonly report: Report;
  readonly random: () => number;
  /** How long a lease lasts whose holder died, in ms. */
  readonly ttlMs: number;
  /** How long others wait for the holder's entry before they load themselves, in ms. */
  readonly waitMs: number;
}

/** What came of asking for the right to load: hold it, found the other's entry, or go on without. */
export type LeaseOutcome<E> =
  { readonly held: true } | { readonly held: false; readonly found: E | undefined };

const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 100;

/**
 * One load for all processes that miss a key at the same time: who gets the lease loads, the others look for the entry
 * with jittered pauses. A lease that is given back because there is no entry goes to the next who asks; who waited long
 * enough loads without one, so a lease can delay an answer but never prevent it.
 */
export async function takeLease<E>(
  key: EntryKey,
  name: string,
  owner: string,
  find: () => Promise<E | undefined>,
  { store, report, random, ttlMs, waitMs }: LeaseOptions,
): Promise<LeaseOutcome<E>> {
  const end = performance.now() + waitMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    const won = await store.acquireLease(key, owner, ttlMs, { name });
    if (won === undefined) return done('unavailable', undefined);
    if (won) {
      report({ type: 'lease', name, outcome: 'won' });
      return { held: true };
    }
    const leftMs = end - performance.now();
    if (leftMs <= 0) return done('timed-out', undefined);
    await delay(Math.min(leftMs, pauseMs * (0.5 + random())));
    const found = await find();
    if (found !== undefined) return done('waited', found);
  }

  function done(outcome: 'waited' | 'timed-out' | 'unavailable', found: E | undefined): LeaseOutcome<E> {
    report({ type: 'lease', name, outcome });
    return { held: false, found };
  }
}
