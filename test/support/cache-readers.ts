import { performance } from 'node:perf_hooks';
import type { Instance } from './cache-cluster.js';

/** One read: when it began, monotonic ms, and what it returned. */
export interface Reading {
  readonly at: number;
  readonly name: string | undefined;
}

/** Reads a patient's name under `bounded`, one read after the other without a pause, until `enough`. */
export async function readUntil(
  instance: Instance,
  id: string,
  enough: (reading: Reading) => boolean,
): Promise<readonly Reading[]> {
  const readings: Reading[] = [];
  for (;;) {
    const at = performance.now();
    const reading = { at, name: await instance.name(id) };
    readings.push(reading);
    if (enough(reading)) return readings;
    // A hit does not leave the process: without a turn of the loop nothing would ever arrive.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The reads that began more than `boundMs` after `since` and did not return `name`. There must be none. */
export function staleAfter(
  readings: readonly Reading[],
  { since, boundMs, name }: { readonly since: number; readonly boundMs: number; readonly name: string },
): readonly Reading[] {
  return readings.filter((reading) => reading.at > since + boundMs && reading.name !== name);
}
