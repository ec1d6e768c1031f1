import type { CacheEvent, CheckOutcome, NotStored, Tier } from '../base/events.js';
import type { ConsumedUnits } from '../stores/contract/cache-store.js';
import { Histogram } from './histogram.js';
import { Tally } from './tally.js';

/** An event of one route or function. */
export type NamedEvent = Extract<CacheEvent, { readonly name: string }>;
type LeaseOutcome = Extract<CacheEvent, { readonly type: 'lease' }>['outcome'];
type Defect = Extract<CacheEvent, { readonly type: 'defect' }>['reason'];

/** What happened on one route or in one function. */
export class RouteCounts {
  readonly hits: Record<Tier, number> = { L1: 0, L2: 0 };
  readonly misses: Record<Tier, number> = { L1: 0, L2: 0 };
  readonly stored: Record<Tier, number> = { L1: 0, L2: 0 };
  readonly storedBytes: Record<Tier, number> = { L1: 0, L2: 0 };
  readonly loads = new Histogram();
  readonly leases = new Tally<LeaseOutcome>();
  readonly notStored = new Tally<NotStored>();
  readonly defects = new Tally<Defect>();
  readonly checks = new Tally<CheckOutcome>();
  joined = 0;
  loadsFailed = 0;
  loadsLagged = 0;
  servedStale = 0;
  refreshedEarly = 0;
  dependenciesChanged = 0;
  writesShed = 0;
  readUnits = 0;
  writeUnits = 0;

  /** Requests that asked this process's tier. */
  get requests(): number {
    return this.hits.L1 + this.misses.L1;
  }

  consume({ readUnits, writeUnits }: ConsumedUnits): void {
    this.readUnits += readUnits;
    this.writeUnits += writeUnits;
  }

  add(event: NamedEvent): void {
    switch (event.type) {
      case 'hit':
        this.hits[event.tier]++;
        return;
      case 'miss':
        this.misses[event.tier]++;
        return;
      case 'stored':
        this.stored[event.tier]++;
        this.storedBytes[event.tier] += event.bytes;
        return;
      case 'loaded':
        return this.loads.observe(event.durationMs);
      case 'lease':
        return this.leases.add(event.outcome);
      case 'not-stored':
        return this.notStored.add(event.reason);
      case 'defect':
        return this.defects.add(event.reason);
      case 'checked':
        return this.checks.add(event.outcome);
      case 'joined':
      case 'load-failed':
      case 'load-lagged':
      case 'served-stale':
      case 'refreshed-early':
      case 'dependency-changed':
      case 'write-shed':
        this[COUNTER[event.type]]++;
    }
  }
}

/** Events that are only counted. */
const COUNTER = {
  joined: 'joined',
  'load-failed': 'loadsFailed',
  'load-lagged': 'loadsLagged',
  'served-stale': 'servedStale',
  'refreshed-early': 'refreshedEarly',
  'dependency-changed': 'dependenciesChanged',
  'write-shed': 'writesShed',
} as const;
