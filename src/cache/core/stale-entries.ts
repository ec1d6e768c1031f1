import type { CacheCall } from './cache-call.js';
import type { EntryFiller, FillerOptions } from './entry-filler.js';
import type { Entry } from '../tiers/entry.js';
import { formatVersion } from '../versions/version.js';

export interface StaleOptions extends FillerOptions {
  readonly filler: EntryFiller;
}

/**
 * What may be served while the origin is down (stale-if-error, RFC 5861): the newest older entry for the same arguments,
 * of whatever versions. Never under `strong`, never older than allowed, never from before a flush, and a newest entry
 * that says "none" is not skipped for an older record.
 */
export class StaleEntries {
  constructor(private readonly options: StaleOptions) {}

  /** Undefined when nothing may be served for `call` after `error`. */
  async find<T>(call: CacheCall<T>, error: unknown): Promise<Entry | undefined> {
    if (call.staleIfErrorMs <= 0 || call.consistency === 'strong' || call.isOutage?.(error) === false)
      return undefined;
    const now = this.options.clock.now();
    const keys = this.options.keys.of(call, new Map());
    const local = this.options.local.newest(keys.localPartition, now);
    const stored = await this.options.shared?.newest(keys, call.name);
    const shared = stored && this.options.filler.toLocal(call, stored);
    const newest = local !== undefined && (shared?.createdAtMs ?? 0) <= local.createdAtMs ? local : shared;
    const everything = this.options.authority?.everything;
    if (newest === undefined || newest.everything !== (everything && formatVersion(everything)))
      return undefined;
    const ageMs = now - newest.createdAtMs;
    if (ageMs > call.staleIfErrorMs) return undefined;
    this.options.report({ type: 'served-stale', name: call.name, ageMs });
    return newest;
  }
}
