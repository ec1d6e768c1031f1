/** How one process was at one moment, its garbage collected just before. */
export interface Sample {
  /** Resident memory, bytes. */
  readonly rss: number;
  /** Used heap of V8, bytes. */
  readonly heap: number;
  /** Memory of buffers outside of the heap, bytes. */
  readonly external: number;
  /** Open file descriptors: sockets, files, pipes. */
  readonly handles: number;
  /** Delay of the event loop, 99th percentile of the time since the sample before, ms. */
  readonly lagMs: number;
}

/** One measure at the beginning and at the end of a run, its warm-up left out. */
export interface Trend {
  readonly measure: keyof Sample;
  readonly before: number;
  readonly after: number;
  readonly grows: boolean;
}

const MIB = 1_048_576;

interface Allowance {
  /** `least`: garbage comes and goes, and what stays is the least of a while. */
  readonly of: 'least' | 'median';
  readonly factor: number;
  readonly plus: number;
}

/** What may come on top before it counts as growth. The machine has other work: its delays are given most room. */
const ALLOWED: Readonly<Record<keyof Sample, Allowance>> = {
  rss: { of: 'least', factor: 1.15, plus: 16 * MIB },
  heap: { of: 'least', factor: 1.15, plus: 4 * MIB },
  external: { of: 'least', factor: 1.15, plus: 4 * MIB },
  handles: { of: 'least', factor: 1.1, plus: 4 },
  lagMs: { of: 'median', factor: 2, plus: 100 },
};

/** Whether there was enough load to say anything: half of what was aimed at. */
export const isLoadEnough = (reads: number, minutes: number, readsPerSecond: number): boolean =>
  reads >= (minutes * 60 * readsPerSecond) / 2;

/**
 * Compares the second fifth of a run with its last: the first is warm-up, when code is compiled and the cache fills.
 * @throws {RangeError} with fewer than ten samples
 */
export function trendsOf(samples: readonly Sample[]): Trend[] {
  const fifth = Math.floor(samples.length / 5);
  if (fifth < 2) throw new RangeError('a trend needs at least ten samples');
  const [early, late] = [samples.slice(fifth, 2 * fifth), samples.slice(-fifth)];
  return (Object.keys(ALLOWED) as (keyof Sample)[]).map((measure) => {
    const { of, factor, plus } = ALLOWED[measure];
    const level = (some: readonly Sample[]): number => {
      const sorted = some.map((sample) => sample[measure]).sort((a, b) => a - b);
      return sorted[of === 'least' ? 0 : Math.floor(sorted.length / 2)] ?? 0;
    };
    const [before, after] = [level(early), level(late)];
    return { measure, before, after, grows: after > before * factor + plus };
  });
}
