import { setTimeout as delay } from 'node:timers/promises';
import { Cluster } from '../cluster/cluster.js';
import type { Instance } from '../cluster/instance.js';
import { FreshnessChecker } from '../history/freshness-checker.js';
import type { FaultSpan } from '../history/trace.js';
import type { Nemesis } from '../nemeses/nemesis.js';
import type { Storm } from '../nemeses/storm.js';
import type { ClinicalRecord } from './records.js';
import { Session } from './session.js';
import { underStorm } from './under-storm.js';

export interface CampaignOptions {
  readonly seed: number;
  readonly instances: number;
  readonly nemeses: readonly Nemesis[];
  /** It goes on until there are so many reads and every kind of fault was used … */
  readonly reads: number;
  /** … but not longer than this, faults' ends not counted. */
  readonly longestMs: number;
  /** With fewer reads it has shown nothing. */
  readonly leastReads: number;
  readonly log: (line: string) => void;
}

export interface CampaignResult {
  readonly session: Session;
  readonly faults: readonly FaultSpan[];
  readonly used: Readonly<Record<string, number>>;
  readonly durationMs: number;
}

/** The default of `CACHE_FEED_TIMEOUT_MS`. */
export const BOUND_MS = 1_000;
const RECORDS = 16;
const READS_PER_SECOND = 4_000;
const WRITES_PER_SECOND = 2;
const POLL_MS = 100;
const PROGRESS_EVERY_MS = 15_000;

/**
 * Random reads, writes and faults: nobody knows what they will find. Every other instance reads `strong`; the second half
 * of them has DAX in front of the shared tier.
 */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const cluster = await Cluster.start();
  try {
    const first = await startInstances(cluster, options.instances);
    const session = new Session(new FreshnessChecker(BOUND_MS), cluster.sql);
    const records = await session.createRecords(first, RECORDS);
    const begunAt = performance.now();
    const { instances } = cluster;
    const storm = await underStorm(
      {
        ...{ cluster, session, instances, records, nemeses: options.nemeses, seed: options.seed },
        ...{ readsPerSecond: READS_PER_SECOND, writesPerSecond: WRITES_PER_SECOND },
      },
      (running, signal) => untilEnough(options, session, running, signal),
    );
    await readAll(cluster, session, records);
    return { session, faults: storm.faults, used: storm.used, durationMs: performance.now() - begunAt };
  } finally {
    await cluster.stop();
  }
}

async function startInstances(cluster: Cluster, count: number): Promise<Instance> {
  const consistency = (i: number) => (i % 2 === 0 ? ('strong' as const) : ('bounded' as const));
  const dax = { environment: await cluster.dax.environment() };
  const add = (i: number) => cluster.add(`i${i}`, consistency(i), i < Math.floor(count / 2) ? {} : dax);
  const first = await add(0);
  const others = Array.from({ length: count - 1 }, (_, i) => add(i + 1));
  const failed = (await Promise.allSettled(others)).find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return first;
}

async function untilEnough(
  { reads, longestMs, nemeses, log }: CampaignOptions,
  { counts, checker }: Session,
  storm: Storm,
  signal: AbortSignal,
): Promise<void> {
  const begunAt = performance.now();
  for (let reportAt = PROGRESS_EVERY_MS; ; await delay(POLL_MS, undefined, { signal })) {
    const elapsedMs = performance.now() - begunAt;
    if (elapsedMs >= longestMs) return;
    if (counts.reads >= reads && nemeses.every(({ name }) => (storm.used[name] ?? 0) > 0)) return;
    if (elapsedMs < reportAt) continue;
    reportAt += PROGRESS_EVERY_MS;
    const faults = `${storm.faults.length} faults`;
    log(
      `${Math.round(elapsedMs / 1_000)} s: ${counts.reads} reads, ${counts.writes} writes, ${faults}, ${checker.violations.length} violations`,
    );
  }
}

/** After the storm, and after the bound: nothing old may have stayed anywhere. */
async function readAll(
  cluster: Cluster,
  session: Session,
  records: readonly ClinicalRecord[],
): Promise<void> {
  await delay(BOUND_MS + POLL_MS);
  for (const instance of cluster.instances)
    await Promise.all(
      records.map(async (record) => {
        if ((await session.read(instance, record)) === undefined)
          throw new Error(`${instance.name} does not answer after the faults have ended`);
      }),
    );
}
