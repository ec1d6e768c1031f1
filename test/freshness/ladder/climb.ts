import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '../cluster/cluster.js';
import type { Instance } from '../cluster/instance.js';
import { FreshnessChecker } from '../history/freshness-checker.js';
import { BOUND_MS } from '../run/campaign.js';
import type { ClinicalRecord } from '../run/records.js';
import { Session, type Target } from '../run/session.js';
import { RUNGS, setUpOf } from './rungs.js';

/** What one rung came to. */
export interface Step {
  readonly name: string;
  readonly requests: number;
  /** The instance was killed meanwhile: asked again at another one, as a load balancer does with a GET. */
  readonly askedAgain: number;
  readonly failed: number;
  /** Answers out of date when their request began, those that say so themselves not among them. */
  readonly outOfDate: number;
  readonly markedStale: number;
  /** How often the origin loaded a record, as PostgreSQL counts it. */
  readonly loads: number;
  /** Versions of records that were answered: each took a load, and need not take another one. */
  readonly least: number;
}

const INSTANCES = 3;
const KEYS = 10;
const TICK_MS = 200;
const TICKS = 150;
const REQUESTS_PER_INSTANCE = 2;
const TICKS_PER_WRITE = 7;
/** One instance is killed, and another process takes its place. Half way between two writes, as is the next. */
const RESTARTS: Readonly<Record<number, number>> = { 31: 0, 73: 1, 115: 2 };
/** The origin is unreachable. */
const HICCUPS = [52, 94];
const HICCUP_TICKS = 6;
const PRELOAD = ['test/freshness/preload/mutate.mjs'];

/** One load for every version, no more; and with fewer the count is wrong. Everybody got an answer. */
export const reachesTheTop = ({ loads, least, failed }: Pick<Step, 'loads' | 'least' | 'failed'>): boolean =>
  loads === least && failed === 0;

/** The same requests, writes, restarts and hiccups, with the protections up to `index`. */
export async function climb(cluster: Cluster, index: number): Promise<Step> {
  const { edits, environment } = setUpOf(index);
  const more = {
    preload: PRELOAD,
    greeting: 'mutated',
    environment: { ...environment, FRESHNESS_EDITS: JSON.stringify(edits) },
  };
  const names = Array.from({ length: INSTANCES }, (_, i) => `rung${index}.${i}`);
  const instances = await Promise.all(names.map((name) => cluster.add(name, 'bounded', more)));
  const [first] = instances;
  if (first === undefined) throw new Error('there is no instance');
  const session = new Session(new FreshnessChecker(BOUND_MS), cluster.sql);
  const records = await session.createRecords(first, KEYS);
  const before = await loadsSoFar(cluster);
  const outcome: Outcome = { askedAgain: 0, failed: 0, versions: new Set() };
  await run(cluster, instances, records, session, outcome);
  for (const instance of instances) await cluster.remove(instance);
  const { counts, checker } = session;
  const { askedAgain, failed, versions } = outcome;
  return {
    name: RUNGS[index]?.name ?? '',
    requests: counts.reads + failed,
    ...{ askedAgain, failed },
    outOfDate: checker.outOfDate.bounded,
    markedStale: counts.markedStale,
    loads: (await loadsSoFar(cluster)) - before,
    least: versions.size,
  };
}

async function run(
  cluster: Cluster,
  instances: readonly Instance[],
  records: readonly ClinicalRecord[],
  session: Session,
  outcome: Outcome,
): Promise<void> {
  const pending: Promise<unknown>[] = [];
  // One after the other: two instances are always there, however long a start takes.
  let restarts = Promise.resolve();
  const begunAt = performance.now();
  for (let tick = 0; tick < TICKS; tick++) {
    await delay(Math.max(0, begunAt + tick * TICK_MS - performance.now()));
    const record = at(records, tick);
    // The next record of the row is written, and then read by everybody at once.
    if (tick % TICKS_PER_WRITE === 0) await session.write('sql', record, 'phone');
    const victim = RESTARTS[tick];
    if (victim !== undefined) pending.push((restarts = restarts.then(() => restart(at(instances, victim)))));
    if (HICCUPS.includes(tick)) pending.push(hiccup(cluster));
    for (const instance of instances) {
      for (let i = 0; i < REQUESTS_PER_INSTANCE; i++)
        pending.push(ask(instance, instances, record, session, outcome));
    }
  }
  await Promise.all(pending);
}

interface Outcome {
  askedAgain: number;
  failed: number;
  /** Bodies: no two versions of anything have the same. */
  readonly versions: Set<string>;
}

/** One request to `instance`, or to another one where it is gone, or goes. */
async function ask(
  instance: Instance,
  instances: readonly Instance[],
  record: ClinicalRecord,
  session: Session,
  outcome: Outcome,
): Promise<void> {
  const running = (): Instance => instances.find(({ pid }) => pid !== undefined) ?? instance;
  const asked = instance.pid === undefined ? running() : instance;
  const { pid } = asked;
  const read = (one: Instance) => session.read(noting(one, outcome.versions), record);
  if ((await read(asked)) !== undefined) return;
  if (asked.pid !== pid) {
    outcome.askedAgain++;
    if ((await read(running())) !== undefined) return;
  }
  outcome.failed++;
}

/** `instance`, the bodies of its answers noted in `versions`. */
function noting(instance: Instance, versions: Set<string>): Target {
  const { name, consistency } = instance;
  return {
    ...{ name, consistency },
    send: async (call) => {
      const answer = await instance.send(call);
      if (answer.status === 200) versions.add(answer.text);
      return answer;
    },
  };
}

async function restart(instance: Instance): Promise<void> {
  await instance.kill();
  await instance.run();
}

async function hiccup({ postgres }: Cluster): Promise<void> {
  const heal = postgres.cut({ application: 'careline' });
  await delay(HICCUP_TICKS * TICK_MS);
  heal();
}

/**
 * Every load of a record reads the exams of one patient once, and nothing else here does.
 * https://www.postgresql.org/docs/18/monitoring-stats.html#MONITORING-PG-STAT-ALL-TABLES-VIEW
 */
async function loadsSoFar({ sql }: Cluster): Promise<number> {
  // Sessions report what they counted a second later at most.
  await delay(1_500);
  const [row] = await sql.rows<{ scans: string }>(
    `SELECT coalesce(seq_scan, 0) + coalesce(idx_scan, 0) AS scans FROM pg_stat_user_tables WHERE relname = 'exam'`,
  );
  return Number(row?.scans);
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index % items.length];
  if (item === undefined) throw new RangeError('nothing there');
  return item;
}
