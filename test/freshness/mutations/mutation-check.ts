import { join } from 'node:path';
import { Cluster } from '../cluster/cluster.js';
import type { Instance } from '../cluster/instance.js';
import { FreshnessChecker, type Violation } from '../history/freshness-checker.js';
import { BOUND_MS } from '../run/campaign.js';
import type { Counts } from '../run/counts.js';
import { Session } from '../run/session.js';
import type { Edit, Mutation } from './mutation.js';
import { MUTATIONS } from './mutations.js';

/** One run of a scenario. */
export interface Outcome {
  readonly violations: readonly Violation[];
  /** Whether every request was answered, and with what is not marked as old: else it has shown nothing. */
  readonly complete: boolean;
}

export interface MutationResult {
  readonly mutation: Mutation;
  /** With the rule taken out. */
  readonly without: Outcome;
  /** The same scenario with all rules. */
  readonly withRule: Outcome;
}

/** The rule is what keeps reads fresh: they break what is expected without it, and with it all is answered, and nothing old. */
export function isShown({ mutation, without, withRule }: MutationResult): boolean {
  return (
    without.violations.some(({ rule }) => rule === mutation.expects) &&
    withRule.complete &&
    withRule.violations.length === 0
  );
}

/** Processes that start at the same time: the machine has other things to do than to wait for one. */
const AHEAD = 2;
const MUTATE = 'test/freshness/preload/mutate.mjs';
/** An interleaving is forced as far as can be; where a timer of the instance gets in between, it is tried again. */
const ATTEMPTS = 3;

/** Takes the rules out, one at a time, and forces the interleaving that each is there for, with the rule and without. */
export async function checkMutations(report: (result: MutationResult) => void): Promise<void> {
  const cluster = await Cluster.start();
  try {
    const strong = await cluster.add('strong', 'strong');
    const bounded = await cluster.add('bounded', 'bounded');
    // The next ones start while one is being tried.
    const ahead = MUTATIONS.slice(0, AHEAD).map((one, i) => start(cluster, one, i));
    for (const [i, mutation] of MUTATIONS.entries()) {
      const mutants = await ahead[i];
      if (mutants === undefined) throw new RangeError('nothing has been started');
      const later = MUTATIONS[i + AHEAD];
      if (later !== undefined) ahead.push(start(cluster, later, i + AHEAD));
      const [subject, helper] = mutation.consistency === 'strong' ? [strong, bounded] : [bounded, strong];
      const withRule = mutants.withRule ?? subject;
      const outcomeWithRule = await tryWith(cluster, mutation, withRule, helper);
      const without = await tryWithout(cluster, mutation, mutants.without, helper);
      report({ mutation, without, withRule: outcomeWithRule });
      for (const one of [mutants.without, mutants.withRule]) if (one !== undefined) await cluster.remove(one);
    }
  } finally {
    await cluster.stop();
  }
}

interface Mutants {
  readonly without: Instance;
  /** Where it takes more than the service as it is. */
  readonly withRule: Instance | undefined;
}

function start(cluster: Cluster, mutation: Mutation, index: number): Promise<Mutants> {
  const mutants = startMutants(cluster, mutation, index);
  // Who waits for them is told; until then it is nobody's.
  mutants.catch(() => undefined);
  return mutants;
}

async function startMutants(
  cluster: Cluster,
  { consistency, edits, fixture }: Mutation,
  index: number,
): Promise<Mutants> {
  const add = (name: string, all: readonly Edit[]) =>
    cluster.add(`${name}${index}`, consistency, {
      preload: [MUTATE],
      environment: {
        FRESHNESS_EDITS: JSON.stringify(all),
        // Most of the time goes to starting processes of almost the same code.
        NODE_COMPILE_CACHE: join(cluster.engines.dataDir, 'compiled'),
      },
      greeting: 'mutated',
    });
  const withRule = fixture && (await add('fixture', fixture));
  return { withRule, without: await add('mutant', [...(fixture ?? []), ...edits]) };
}

/** Once more where something else got in between, and it showed nothing. Whatever is found is found. */
function tryWith(
  cluster: Cluster,
  mutation: Mutation,
  subject: Instance,
  helper: Instance,
): Promise<Outcome> {
  return untilDecided(
    () => tryOnce(cluster, mutation, subject, helper),
    ({ complete, violations }) => complete || violations.length > 0,
  );
}

async function tryWithout(
  cluster: Cluster,
  mutation: Mutation,
  subject: Instance,
  helper: Instance,
): Promise<Outcome> {
  const { database, expects } = mutation;
  if (database !== undefined) await cluster.sql.rows(database.off);
  try {
    return await untilDecided(
      () => tryOnce(cluster, mutation, subject, helper),
      ({ violations }) => violations.some(({ rule }) => rule === expects),
    );
  } finally {
    if (database !== undefined) await cluster.sql.rows(database.on);
  }
}

async function untilDecided(
  run: () => Promise<Outcome>,
  decides: (outcome: Outcome) => boolean,
): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await run();
    if (attempt === ATTEMPTS || decides(outcome)) return outcome;
  }
}

async function tryOnce(
  cluster: Cluster,
  { scenario }: Mutation,
  subject: Instance,
  helper: Instance,
): Promise<Outcome> {
  const session = new Session(new FreshnessChecker(BOUND_MS), cluster.sql);
  const record = await session.createRecord(helper);
  await scenario({ cluster, session, subject, helper, record });
  return { violations: session.checker.violations, complete: isComplete(session.counts) };
}

export function isComplete({ reads, refused, markedStale, lostAnswers }: Counts): boolean {
  return reads > 0 && refused === 0 && markedStale === 0 && lostAnswers === 0;
}
