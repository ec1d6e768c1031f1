import { instancesFor } from './model.ts';
import { ASSUMED, MEASURED } from './workload.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html */
const PARTITION_READ_UNITS = 3_000;
const PATIENTS = 100_000;
/** Aurora, with a quorum of storage nodes in three zones; docs/adr/0005-version-triggers.md has the rate by time of commit. */
export const COMMIT_MS = 3;
const MAX_WAIT_MS = 100;
/** Feed, versions, loads. */
const CONNECTIONS_OF_INSTANCE = 21;
/** Of 16 capacity units, less what Aurora keeps for itself. */
const MAX_CONNECTIONS = 3_000;
const ARRIVALS = 20_000;

/** The share of the most wanted of `count` patients, where the n-th is wanted 1/n as often. */
export function hottestShare(count = PATIENTS): number {
  let sum = 0;
  for (let n = 1; n <= count; n += 1) sum += 1 / n;
  return 1 / sum;
}

/** Part of what one partition reads in a second that the hottest key takes, if instances keep it in memory or not. */
export function hotPartitionUse(requests: number, withL1: boolean): number {
  const wanted = requests * ASSUMED.reads * hottestShare();
  const changes = requests * ASSUMED.clinicalWrites * hottestShare();
  // With L1 each instance reads a version once.
  const reads = withL1 ? Math.min(wanted, changes * instancesFor(requests, 'DynamoDB')) : wanted;
  return (reads * MEASURED.readUnitsOfHit) / PARTITION_READ_UNITS;
}

/**
 * Commits that notify happen one after the other. Simulated: writers come at random times, each holds the lock for a
 * commit; Infinity where they come faster than they go.
 * @returns the 95th percentile of the wait, in ms
 */
export function notifyWaitMs(requests: number, random: () => number, commitMs = COMMIT_MS): number {
  const writesPerMs = (requests * (ASSUMED.clinicalWrites + ASSUMED.messages)) / 1_000;
  if (writesPerMs * commitMs >= 1) return Number.POSITIVE_INFINITY;
  const waits: number[] = [];
  let now = 0;
  let free = 0;
  for (let i = 0; i < ARRIVALS; i += 1) {
    now += -Math.log(1 - random()) / writesPerMs;
    waits.push(Math.max(0, free - now));
    free = Math.max(free, now) + commitMs;
  }
  return waits.sort((a, b) => a - b)[Math.floor(ARRIVALS * 0.95)] ?? 0;
}

export function connectionUse(requests: number): number {
  return (instancesFor(requests, 'DynamoDB') * CONNECTIONS_OF_INSTANCE) / MAX_CONNECTIONS;
}

export type Limit = 'hot partition' | 'hot partition without L1' | 'NOTIFY' | 'connections';

/** Which limits are passed at `requests` a second. */
export function passedLimits(requests: number, random: () => number): readonly Limit[] {
  const passed: Record<Limit, boolean> = {
    'hot partition': hotPartitionUse(requests, true) > 1,
    'hot partition without L1': hotPartitionUse(requests, false) > 1,
    NOTIFY: notifyWaitMs(requests, random) > MAX_WAIT_MS,
    connections: connectionUse(requests) > 1,
  };
  return (Object.keys(passed) as Limit[]).filter((limit) => passed[limit]);
}

/** mulberry32: the same numbers from the same seed. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
