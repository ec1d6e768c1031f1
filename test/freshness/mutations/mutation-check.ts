import { Cluster } from '../cluster/cluster.js';
import type { Instance } from '../cluster/instance.js';
import { FreshnessChecker, type Violation } from '../history/freshness-checker.js';
import { BOUND_MS } from '../run/campaign.js';
import { Session } from '../run/session.js';
import type { Edit, Mutation } from './mutation.js';
import { MUTATIONS } from './mutations.js';

export interface MutationResult {
  readonly mutation: Mutation;
  /** Found with the rule taken out: there must be some. */
  readonly found: readonly Violation[];
  /** Found in the same scenario with all rules: there must be none. */
  readonly foundWithRule: readonly Violation[];
}

const MUTATE = 'test/freshness/preload/mutate.mjs';
/** An interleaving is forced as far as can be; where a timer of the instance gets in between, it is tried again. */
const ATTEMPTS = 3;

/** Takes the rules out, one at a time, and forces the interleaving that each is there for, with the rule and without. */
export async function checkMutations(report: (result: MutationResult) => void): Promise<void> {
  const cluster = await Cluster.start();
  try {
    const strong = await cluster.add('strong', 'strong');
    const bounded = await cluster.add('bounded', 'bounded');
    let next = start(cluster, 0);
    for (const [i, mutation] of MUTATIONS.entries()) {
      const mutants = await next;
      // Starts while this one is being tried.
      next = start(cluster, i + 1);
      next.catch(() => undefined);
      const [subject, helper] = mutation.consistency === 'strong' ? [strong, bounded] : [bounded, strong];
      const withRule = mutants.withRule ?? subject;
      const foundWithRule = await tryOnce(cluster, mutation, withRule, helper);
      const found = await tryWithout(cluster, mutation, mutants.without, helper);
      report({ mutation, found, foundWithRule });
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

async function start(cluster: Cluster, index: number): Promise<Mutants> {
  const mutation = MUTATIONS[index];
  if (mutation === undefined) throw new Error('that was the last one');
  const { consistency, edits, fixture } = mutation;
  const add = (name: string, all: readonly Edit[]) =>
    cluster.add(`${name}${index}`, consistency, {
      preload: [MUTATE],
      environment: { FRESHNESS_EDITS: JSON.stringify(all) },
      greeting: 'mutated',
    });
  const withRule = fixture && (await add('fixture', fixture));
  return { withRule, without: await add('mutant', [...(fixture ?? []), ...edits]) };
}

async function tryWithout(
  cluster: Cluster,
  mutation: Mutation,
  subject: Instance,
  helper: Instance,
): Promise<readonly Violation[]> {
  const { database } = mutation;
  if (database !== undefined) await cluster.sql.rows(database.off);
  try {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const found = await tryOnce(cluster, mutation, subject, helper);
      if (found.length > 0) return found;
    }
    return [];
  } finally {
    if (database !== undefined) await cluster.sql.rows(database.on);
  }
}

async function tryOnce(
  cluster: Cluster,
  { scenario }: Mutation,
  subject: Instance,
  helper: Instance,
): Promise<readonly Violation[]> {
  const session = new Session(new FreshnessChecker(BOUND_MS), cluster.sql);
  const record = await session.createRecord(helper);
  await scenario({ cluster, session, subject, helper, record });
  return session.checker.violations;
}
