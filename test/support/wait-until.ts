import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 10;

/** Resolves as soon as `condition` holds; rejects with `what` when it does not within `deadlineMs`. */
export async function waitUntil(
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadlineMs = 30_000,
): Promise<void> {
  const end = Date.now() + deadlineMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited ${deadlineMs} ms in vain: ${what}`);
    await delay(POLL_MS);
  }
}
