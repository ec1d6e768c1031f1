import { jest } from '@jest/globals';
import type { Clock } from '../../../src/cache/base/clock.js';

const realNow = Date.now;

/** The wall clock as it is at each use: the cache's own keeps the function that it found when it was loaded. */
export const appClock: Clock = { now: () => Date.now(), elapsed: () => performance.now() };

/** Sets the wall clock of this process ahead, for the cache, Keyv and cache-manager alike. Timers go on as ever. */
export function setClockAhead(ms: number): void {
  jest.spyOn(Date, 'now').mockImplementation(() => realNow() + ms);
}

export function resetClock(): void {
  jest.restoreAllMocks();
}
