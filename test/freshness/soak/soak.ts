import { setTimeout as delay } from 'node:timers/promises';
import { Cluster } from '../cluster/cluster.js';
import type { Instance } from '../cluster/instance.js';
import { FreshnessChecker } from '../history/freshness-checker.js';
import { NEMESES } from '../nemeses/index.js';
import { Storm } from '../nemeses/storm.js';
import { BOUND_MS } from '../run/campaign.js';
import { runLoad } from '../run/load.js';
import { Random } from '../run/random.js';
import { Session } from '../run/session.js';
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
const READS_PER_SECOND = 400;
const WRITES_PER_SECOND = 4;
/** Small, so that the in-process tier is full before the warm-up ends. */
const L1_MAX_BYTES = '1048576';
/** A process that is started anew tells nothing about growth. */
const LASTING = NEMESES.filter(({ name }) => name !== 'kill');

/** A steady load with faults on processes that live all the time; how they are is sampled. */
export async function soak({ minutes, seed, log }: SoakOptions): Promise<SoakResult> {
  const cluster = await Cluster.start();
  try {
    const environment = { CACHE_L1_MAX_BYTES: L1_MAX_BYTES };
    const first = await cluster.add('strong', 'strong', { environment });
    await cluster.add('bounded', 'bounded', { environment });
    const { instances } = cluster;
    const session = new Session(new FreshnessChecker(BOUND_MS), cluster.sql);
    const records = await Promise.all(Array.from({ length: RECORDS }, () => session.createRecord(first)));
    const stop = new AbortController();
    const { signal } = stop;
    const storm = new Storm({ cluster, nemeses: LASTING, signal, random: new Random(seed) });
    const load = runLoad({
      ...{ session, instances, records, signal, random: new Random(seed + 1) },
      ...{ readsPerSecond: READS_PER_SECOND, writesPerSecond: WRITES_PER_SECOND },
    });
    const sampling = sampleAll(instances, minutes, session, log);
    const samples = await Promise.race([sampling, storm.rage().then(() => sampling)]).finally(() =>
      stop.abort(),
    );
    await storm.calm();
    await load;
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

async function sampleAll(
  instances: readonly Instance[],
  minutes: number,
  { counts }: Session,
  log: (line: string) => void,
): Promise<Map<Instance, Sample[]>> {
  const samples = new Map(instances.map((instance): [Instance, Sample[]] => [instance, []]));
  for (let i = 1; i <= SAMPLES; i++) {
    await delay((minutes * 60_000) / SAMPLES);
    for (const [instance, own] of samples) {
      const sample = await sampleOf(instance);
      if (sample !== undefined) own.push(sample);
    }
    if (i % 10 === 0) log(`${i} % of ${minutes} min: ${counts.reads} reads, ${counts.writes} writes`);
  }
  return samples;
}
