import type { Cluster } from '../cluster/cluster.js';
import type { Random } from '../run/random.js';

export interface NemesisContext {
  readonly cluster: Cluster;
  readonly random: Random;
}

/** A fault that was begun. */
export interface Fault {
  /** What was done to whom, for people. */
  readonly what: string;
  /** How long it lasts. */
  readonly durationMs: number;
  /** Ends it. Resolves when everything works again. */
  heal(): Promise<void> | void;
}

/** A kind of fault. */
export interface Nemesis {
  readonly name: string;
  /** Begins one fault, its targets and extent drawn from the context's random numbers. */
  begin(context: NemesisContext): Promise<Fault> | Fault;
  /** The least time from one fault of this kind to the next, in ms. */
  readonly everyMs?: number;
}
