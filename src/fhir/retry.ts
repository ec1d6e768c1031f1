import { setTimeout as delay } from 'node:timers/promises';

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
 * Runs `action` again while it fails with a transient fault. Waits a random part of a doubling time in between ("full
 * jitter"), so that two that got into each other's way do not meet again:
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export async function retry<T>(action: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { attempts, baseDelayMs, isTransient, random = Math.random, sleep = delay } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      if (attempt >= attempts || !isTransient(error)) throw error;
      await sleep(random() * baseDelayMs * 2 ** (attempt - 1));
    }
  }
}
