import { backoffMs, pauseFor } from '../waiting/backoff.js';

export interface RetryOptions {
  /** How often to try in all. */
  readonly attempts: number;
  /** The longest wait before the first repetition; it doubles with each further one. */
  readonly baseDelayMs: number;
  readonly isTransient: (error: unknown) => boolean;
  /** 0 to 1, for the jitter. */
  readonly random?: () => number;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

/**
 * Runs `action` again while it fails with a transient fault, after a pause as `backoffMs` has it.
 */
export async function retry<T>(action: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { attempts, baseDelayMs, isTransient, random = Math.random, sleep = pauseFor } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      if (attempt >= attempts || !isTransient(error)) throw error;
      await sleep(backoffMs(attempt - 1, { baseMs: baseDelayMs, random }));
    }
  }
}
