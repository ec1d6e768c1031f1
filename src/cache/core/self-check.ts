import { setTimeout as delay } from 'node:timers/promises';
import { Background } from '../base/background.js';
import type { CacheCall, Loader } from './cache-call.js';
import type { Clock } from '../base/clock.js';
import type { CheckOutcome, Report } from '../base/events.js';
import type { Entry } from '../tiers/entry.js';
import type { HitWatcher } from './tiered-cache.js';
import { versionedLoad } from './versioned-load.js';
import type { Tag } from '../versions/tag.js';
import { isSame, type TagVersions } from '../versions/version.js';
import type { VersionAuthority } from '../versions/version-authority.js';

export interface SelfCheckOptions {
  readonly authority: VersionAuthority;
  readonly clock: Clock;
  readonly report: Report;
  /** One hit in so many is checked. Default 1,000. */
  readonly oneIn?: number;
  /** Checks a second at most. Default 5. */
  readonly maxPerSecond?: number;
  /** How long a change may be on its way before its version is, where data and versions are not one; ms, default 2,000. */
  readonly settleMs?: number;
}

const ONE_IN = 1_000;
const MAX_PER_SECOND = 5;
const SETTLE_MS = 2_000;
/** Tags that changed and were not checked since; the oldest go first. */
const MAX_CHANGED_TAGS = 1_000;
const CLOSE_DEADLINE_MS = 2_000;

/**
 * Compares a sample of the hits with the origin, and counts those that were wrong: none, if the rules hold. It takes one
 * hit in a thousand, and the first hit of data that has changed, where a cache goes wrong if it does. (The idea is that
 * of Polaris: https://engineering.fb.com/2022/06/08/core-infra/cache-made-consistent/.)
 *
 * A difference counts only when the origin was read under the very versions of the entry; else the data has changed
 * meanwhile, and nothing can be said. One check at a time, in the background.
 */
export class SelfCheck implements HitWatcher {
  private readonly changed = new Set<Tag>();
  private readonly abort = new AbortController();
  private readonly oneIn: number;
  private readonly pauseMs: number;
  private hits = 0;
  private nextAt = -Infinity;
  private readonly background = new Background(1);

  constructor(private readonly options: SelfCheckOptions) {
    this.oneIn = options.oneIn ?? ONE_IN;
    this.pauseMs = 1_000 / (options.maxPerSecond ?? MAX_PER_SECOND);
  }

  /** What `tag` names has changed. */
  bumped(tag: Tag): void {
    this.changed.delete(tag);
    this.changed.add(tag);
    if (this.changed.size > MAX_CHANGED_TAGS) this.changed.delete(this.changed.values().next().value as Tag);
  }

  /** Whether the next hit is to be checked. */
  wants<T>(call: CacheCall<T>): boolean {
    this.hits++;
    if (this.changed.size === 0 && this.hits < this.oneIn) return false;
    if (this.hits < this.oneIn && !call.tags.some((tag) => this.changed.has(tag))) return false;
    // Under `ttl` an answer may be older than the origin.
    return (
      call.consistency !== 'ttl' && this.background.size === 0 && this.options.clock.elapsed() >= this.nextAt
    );
  }

  /** A hit was served; now and then it is checked. */
  hit<T>(call: CacheCall<T>, versions: TagVersions, entry: Entry, loader: Loader<T>): void {
    if (!this.wants(call)) return;
    this.nextAt = this.options.clock.elapsed() + this.pauseMs;
    this.hits = 0;
    for (const tag of call.tags) this.changed.delete(tag);
    this.background.run(() => this.check(call, versions, entry, loader));
  }

  /** Gives up what is under way. */
  async close(): Promise<void> {
    this.nextAt = Infinity;
    this.abort.abort();
    await this.background.settle(CLOSE_DEADLINE_MS);
  }

  /** Never rejects. */
  private async check<T>(
    call: CacheCall<T>,
    versions: TagVersions,
    entry: Entry,
    loader: Loader<T>,
  ): Promise<void> {
    const ofEntry = new Map([...versions, ...entry.dependencies]);
    const outcome = await this.compare(call, ofEntry, entry, loader).catch((): CheckOutcome => 'failed');
    if (!this.abort.signal.aborted) this.options.report({ type: 'checked', name: call.name, outcome });
  }

  /** @param versions of the entry: those in its key, and those it depends on besides */
  private async compare<T>(
    call: CacheCall<T>,
    versions: TagVersions,
    entry: Entry,
    loader: Loader<T>,
  ): Promise<CheckOutcome> {
    const { authority, clock } = this.options;
    const tags = [...versions.keys()];
    const before = await authority.lookUp(tags);
    if (!areSame(versions, before)) return 'changed';
    const tools = { authority, clock, report: () => undefined };
    const loaded = await versionedLoad(call, before, () => loader('again'), tools);
    if (loaded.notStored !== undefined) return 'failed';
    if (!areSame(versions, loaded.versions)) return 'changed';
    if (isSameValue(call, entry, loaded.value)) return 'consistent';
    if (call.snapshot) return 'inconsistent';
    // Data first, version after: what was read may be newer than the version says, until the writer has bumped it.
    await delay(this.options.settleMs ?? SETTLE_MS, undefined, { signal: this.abort.signal });
    return areSame(versions, await authority.lookUp(tags)) ? 'inconsistent' : 'changed';
  }
}

function areSame(versions: TagVersions, others: TagVersions): boolean {
  return [...versions].every(([tag, version]) => isSame(version, others.get(tag)));
}

function isSameValue<T>(call: CacheCall<T>, { content }: Entry, value: T): boolean {
  const { serializer } = call;
  if (call.isSame !== undefined) {
    return call.isSame(
      serializer.immutable ? (content as T) : serializer.deserialize(content as Buffer),
      value,
    );
  }
  const bytes = serializer.immutable ? serializer.serialize(content as T) : (content as Buffer);
  return bytes.equals(serializer.serialize(value));
}
