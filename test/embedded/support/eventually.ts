import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;

/**
 * Resolves with the first value of `probe` that is neither undefined nor false. A probe that throws counts as not yet.
 * @throws naming `what` when that does not happen in time
 */
export async function eventually<T>(
  what: string,
  probe: () => T | Promise<T>,
  timeoutMs = 40_000,
): Promise<Exclude<T, undefined | false>> {
  const deadline = performance.now() + timeoutMs;
  let fault: unknown;
  while (performance.now() < deadline) {
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value as Exclude<T, undefined | false>;
    } catch (error) {
      fault = error;
    }
    await delay(POLL_MS);
  }
  throw new Error(`not within ${timeoutMs} ms: ${what}`, { cause: fault });
}
