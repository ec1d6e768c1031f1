/** The times that the cache measures with; tests hold them still. */
export interface Clock {
  /** Wall-clock time, ms since the epoch: what entries are dated with. */
  now(): number;
  /** Monotonic time in ms, from any origin: what durations are measured with. */
  elapsed(): number;
}

export const systemClock: Clock = { now: Date.now, elapsed: performance.now.bind(performance) };
