import { Storm, type StormOptions } from '../nemeses/storm.js';
import { runLoad, type LoadOptions } from './load.js';
import { Random } from './random.js';

export interface UnderStormOptions
  extends Omit<LoadOptions, 'random' | 'signal'>, Omit<StormOptions, 'random' | 'signal'> {
  readonly seed: number;
}

/**
 * Load and faults until `until` resolves; then the faults are healed, and the last request is answered.
 * @param until is aborted when load or faults end before it, which is a failure
 * @throws what a fault that cannot be healed throws, or `until`
 */
export async function underStorm(
  { seed, ...options }: UnderStormOptions,
  until: (storm: Storm, signal: AbortSignal) => Promise<void>,
): Promise<Storm> {
  const stop = new AbortController();
  const { signal } = stop;
  // Of its own, so that the faults do not depend on how fast the load is.
  const storm = new Storm({ ...options, signal, random: new Random(seed) });
  const load = runLoad({ ...options, signal, random: new Random(seed + 1) });
  const enough = until(storm, signal);
  // Who is aborted says so; it is the reason of the abort that counts.
  enough.catch(() => undefined);
  try {
    await Promise.race([enough, load, storm.rage()]);
  } finally {
    stop.abort();
    await storm.calm();
    await load;
  }
  return storm;
}
