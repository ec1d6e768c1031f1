import { setTimeout as pause } from 'node:timers/promises';

const BASE_DELAY_MS = 4;
const LONGEST_DELAY_MS = 150;

/**
 * Waits before attempt `attempt + 1`, a random part of a doubling time ("full jitter"):
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export async function backOff(attempt: number): Promise<void> {
  await pause(Math.random() * Math.min(LONGEST_DELAY_MS, BASE_DELAY_MS * 2 ** attempt));
}
