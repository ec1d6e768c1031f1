import type { Cluster } from '../cluster/cluster.js';
import type { Consistency, Instance } from '../cluster/instance.js';
import type { Rule } from '../history/freshness-checker.js';
import type { ClinicalRecord } from '../run/records.js';
import type { Session } from '../run/session.js';

/** A change of one built file: `find` stands in it exactly once. */
export interface Edit {
  /** Below `dist`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface ScenarioContext {
  readonly cluster: Cluster;
  readonly session: Session;
  /** The instance that is watched, with or without its rule. */
  readonly subject: Instance;
  /** Another one, which has all rules. */
  readonly helper: Instance;
  /** Nobody has read it yet. */
  readonly record: ClinicalRecord;
}

/** Forces one interleaving. The session judges what is read in it. */
export type Scenario = (context: ScenarioContext) => Promise<void>;

/** A rule of docs/consistency.md, taken out. */
export interface Mutation {
  readonly rule: number;
  readonly without: string;
  readonly consistency: Consistency;
  /** What a read must be found to break without it; anything else that is found says something about something else. */
  readonly expects: Rule;
  readonly scenario: Scenario;
  readonly edits: readonly Edit[];
  /** What the rule needs to be of any use, and stays with the rule on. */
  readonly fixture?: readonly Edit[];
  /** What is different in the database as well, and what sets it right. */
  readonly database?: { readonly off: string; readonly on: string };
}
