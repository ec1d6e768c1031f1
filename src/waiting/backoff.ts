import { setTimeout as delay } from 'node:timers/promises';

export interface Backoff {
  /** Upper bound of the pause at attempt 0; it doubles with each further one. */
  readonly baseMs: number;
  /** What the upper bound stops at. Default: the longest time of a timer, 24.8 days. */
  readonly longestMs?: number;
  /** In [0, 1). Default: `Math.random`. */
  readonly random?: () => number;
}

/** A longer one would be over at once: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * How long to wait after attempt `attempt`, counted from 0: a random part of a doubling time, so that those who got into
 * each other's way do not meet again ("full jitter").
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(
  attempt: number,
  { baseMs, longestMs = LONGEST_TIMER_MS, random = Math.random }: Backoff,
): number {
  return random() * Math.min(longestMs, baseMs * 2 ** attempt);
}

/** Resolves after `ms`. @throws `AbortError` as soon as `signal` is aborted */
export function pauseFor(ms: number, signal?: AbortSignal): Promise<void> {
  return delay(ms, undefined, signal === undefined ? {} : { signal });
}
