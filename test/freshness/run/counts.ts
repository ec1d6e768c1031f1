import type { ReadMode } from '../history/freshness-checker.js';

/** Where the records of the reads in one mode came from. */
export interface Sources {
  /** By what `Cache-Status` says of it. */
  readonly by: Record<string, number>;
  /** Responses that said "unchanged". */
  unchanged: number;
}

/** What a run did so far. */
export interface Counts {
  /** Responses with a record, those that said "unchanged" among them. */
  reads: number;
  /** Responses that say themselves that they are old, because the origin is down. */
  markedStale: number;
  /** Requests without a record: the origin was down, or the instance. */
  refused: number;
  /** Writes that were answered, and those of which nobody knows whether they happened. */
  writes: number;
  lostAnswers: number;
  readonly sources: Readonly<Record<ReadMode, Sources>>;
}

export function noCounts(): Counts {
  const none = (): Sources => ({ by: {}, unchanged: 0 });
  const sources = { strong: none(), bounded: none(), origin: none() };
  return { reads: 0, markedStale: 0, refused: 0, writes: 0, lostAnswers: 0, sources };
}

const L1 = 'L1';
const L2 = 'L2';
/** Reads with `no-cache` always load. */
const LOADS = /^fwd=(miss|request); stored/;

/** What a run has to have met in each mode before it says anything, and has not. */
export function notMet({ sources }: Counts): string[] {
  return (['strong', 'bounded', 'origin'] as const).flatMap((mode) => {
    const { by, unchanged } = sources[mode];
    const loads = Object.entries(by).filter(([source]) => LOADS.test(source));
    const met = {
      loads: loads.length,
      ...(mode === 'origin'
        ? {}
        : { [L1]: by[L1] ?? 0, [L2]: by[L2] ?? 0, 'answers "unchanged"': unchanged }),
    };
    return Object.entries(met)
      .filter(([, times]) => times === 0)
      .map(([what]) => `${mode}: ${what}`);
  });
}
