import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Cluster } from '../cluster/cluster.js';
import type { Consistency, Instance } from '../cluster/instance.js';
import { FreshnessChecker } from '../history/freshness-checker.js';
import { NEMESES } from '../nemeses/index.js';
import type { Storm } from '../nemeses/storm.js';
import { BOUND_MS } from '../run/campaign.js';
import { Session } from '../run/session.js';
import { underStorm } from '../run/under-storm.js';
import { trendsOf, type Sample, type Trend } from './growth.js';
import { sampleOf } from './sample.js';

export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly log: (line: string) => void;
}

export interface SoakResult {
  readonly session: Session;
  readonly storm: Storm;
  readonly instances: readonly {
    readonly name: string;
    readonly samples: number;
    readonly trends: readonly Trend[];
  }[];
}

const SAMPLES = 100;
const RECORDS = 16;
/** Aimed at. */
export const READS_PER_SECOND = 200;
const WRITES_PER_SECOND = 4;
/** Small, so that the in-process tier is full before the warm-up ends. */
const L1_MAX_BYTES = '1048576';
const PRELOAD = ['test/freshness/preload/at-rest.mjs'];
/** A process that is started anew tells nothing about growth. */
const LASTING = NEMESES.filter(({ name }) => name !== 'kill');

/** Where an instance writes what it keeps when it is at rest. */
const atRestFile = (cluster: Cluster, name: string): string =>
  join(cluster.engines.dataDir, `at-rest-${name}`);

/** A steady load with faults on processes that live all the time; how they are is sampled. */
export async function soak({ minutes, seed, log }: SoakOptions): Promise<SoakResult> {
  const cluster = await Cluster.start();
  try {
    const first = await addTo(cluster, 'strong');
    await addTo(cluster, 'bounded', await cluster.dax.environment());
    const { instances } = cluster;
    const session = new Session(new FreshnessChecker(BOUND_MS), cluster.sql);
    const records = await session.createRecords(first, RECORDS);
    const samples = new Map(instances.map((instance): [Instance, Sample[]] => [instance, []]));
    const storm = await underStorm(
      {
        ...{ cluster, session, instances, records, nemeses: LASTING, seed },
        ...{ readsPerSecond: READS_PER_SECOND, writesPerSecond: WRITES_PER_SECOND },
      },
      (_, signal) => sampleAll(cluster, samples, { minutes, seed, log }, session, signal),
    );
    return {
      ...{ session, storm },
      instances: [...samples].map(([{ name }, own]) => ({
        name,
        samples: own.length,
        trends: trendsOf(own),
      })),
    };
  } finally {
    await cluster.stop();
  }
}

function addTo(cluster: Cluster, name: Consistency, more: Record<string, string> = {}): Promise<Instance> {
  const memory = { CACHE_L1_MAX_BYTES: L1_MAX_BYTES, FRESHNESS_AT_REST: atRestFile(cluster, name) };
  return cluster.add(name, name, { preload: PRELOAD, environment: { ...memory, ...more } });
}

async function sampleAll(
  cluster: Cluster,
  samples: ReadonlyMap<Instance, Sample[]>,
  { minutes, log }: SoakOptions,
  { counts }: Session,
  signal: AbortSignal,
): Promise<void> {
  for (let i = 1; i <= SAMPLES; i++) {
    await delay((minutes * 60_000) / SAMPLES, undefined, { signal });
    for (const [instance, own] of samples) {
      const sample = await sampleOf(instance, atRestFile(cluster, instance.name));
      if (sample !== undefined) own.push(sample);
    }
    if (i % 10 === 0) log(`${i} % of ${minutes} min: ${counts.reads} reads, ${counts.writes} writes`);
  }
}
