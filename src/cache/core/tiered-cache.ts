import { CacheError } from '../base/errors.js';
import type { NotStored } from '../base/events.js';
import { SingleFlight } from '../base/single-flight.js';
import type { Entry } from '../tiers/entry.js';
import { LocalTier } from '../tiers/local-tier.js';
import { tryLookUp } from '../versions/try-look-up.js';
import { isOlder, type TagVersions } from '../versions/version.js';
import type { CacheCall, CacheOutcome, Loader } from './cache-call.js';
import { dependenciesHold } from './dependencies.js';
import { EntryFiller, type FillerOptions } from './entry-filler.js';
import type { CurrentKeys, Fill } from './fill.js';
import { currentLoad, mustBypass, type LoadScope } from './load-scope.js';
import { StaleEntries } from './stale-entries.js';
import { versionedLoad, type Loaded } from './versioned-load.js';

/** Looks at hits. It runs on their path, and must not throw. */
export interface HitWatcher {
  /** Notes a hit. @returns whether it wants this one, which takes a loader */
  wants<T>(call: CacheCall<T>): boolean;
  /** Gets a hit, with what it takes to compare it with the origin. */
  hit<T>(call: CacheCall<T>, versions: TagVersions, entry: Entry, loader: Loader<T>): void;
}

export interface TieredCacheOptions extends Omit<FillerOptions, 'local'> {
  /** Bytes of the tier in this process. */
  readonly localMaxBytes: number;
  readonly watcher?: HitWatcher | undefined;
}

const CLOSE_DEADLINE_MS = 2_000;
const NO_VERSIONS: TagVersions = new Map();

/**
 * Vattani, Chierichetti, Lowenstein: "Optimal Probabilistic Cache Stampede Prevention" (VLDB 2015). 1 is the optimum for
 * loads whose cost is known.
 */
const XFETCH_BETA = 1;
/** The longest head start that can be drawn: -ln of the smallest number above 0 that 1 - random() can be, 2^-53. */
const LONGEST_HEAD_START = 36.8;

/**
 * The cache: an in-process tier over an optional shared one, with versions as part of every key. It never answers with
 * an error of its own but `CACHE_ORIGIN_LAGGING`: what it cannot do, it leaves to the loader.
 */
export class TieredCache {
  readonly local: LocalTier;
  private readonly filler: EntryFiller;
  private readonly stale: StaleEntries;
  private readonly flights = new SingleFlight<Fill<unknown>>();
  private closed = false;

  constructor(private readonly options: TieredCacheOptions) {
    this.local = new LocalTier(options.localMaxBytes);
    this.filler = new EntryFiller({ ...options, local: this.local });
    this.stale = new StaleEntries({ ...options, local: this.local, filler: this.filler });
  }

  /**
   * The value of `call`, from the nearest place that has it under the current versions, else from `loader`.
   * @throws whatever `loader` throws, and {@link CacheError} `CACHE_ORIGIN_LAGGING`; with `only-if-cached` on a miss
   *   `CACHE_NOT_CACHED`
   */
  async getOrLoad<T>(call: CacheCall<T>, loader: Loader<T>): Promise<CacheOutcome<T>> {
    if (this.closed || mustBypass()) return this.bypass(call, loader);
    const versions = this.known(call) ?? (await this.lookUp(call));
    if (versions === undefined) return this.loadUnversioned(call, loader);
    const { entry, ...current } = this.lookLocal(call, versions);
    if (entry !== undefined && (await dependenciesHold(call, entry, this.options))) {
      this.options.report({ type: 'hit', name: call.name, tier: 'L1' });
      this.options.watcher?.hit(call, versions, entry, loader);
      const isEarly = this.isDueEarly(call, entry, -Math.log(1 - this.options.random()));
      const fresh = isEarly ? await this.refresh(call, current, loader) : undefined;
      return this.outcome(call, fresh ?? localFill(entry));
    }
    this.options.report({ type: 'miss', name: call.name, tier: 'L1' });
    try {
      const filled = await this.fill(call, current, loader);
      if (filled.source === 'L2' && filled.entry !== undefined)
        this.options.watcher?.hit(call, versions, filled.entry, loader);
      return this.outcome(call, filled);
    } catch (error) {
      return this.orStale(call, error);
    }
  }

  /**
   * What {@link getOrLoad} would answer from this process's memory, where that takes no waiting and no loader; undefined
   * where it does, or nothing is there.
   */
  hitAtOnce<T>(call: CacheCall<T>): CacheOutcome<T> | undefined {
    if (this.closed || mustBypass()) return undefined;
    const versions = this.known(call);
    if (versions === undefined) return undefined;
    const { entry } = this.lookLocal(call, versions);
    if (entry === undefined || entry.dependencies.size > 0) return undefined;
    if (this.isDueEarly(call, entry, LONGEST_HEAD_START) || this.options.watcher?.wants(call) === true)
      return undefined;
    this.options.report({ type: 'hit', name: call.name, tier: 'L1' });
    return this.outcome(call, localFill(entry));
  }

  /** Waits for what is being stored, at most `deadlineMs`: for a process that is frozen between two requests. */
  settle(deadlineMs: number): Promise<void> {
    return this.filler.settle(deadlineMs);
  }

  /** What is being stored gets two seconds; loads under way end by themselves. */
  async close(): Promise<void> {
    this.closed = true;
    await this.settle(CLOSE_DEADLINE_MS);
    this.local.clear();
  }

  /** The keys of `call` under `versions`, and the entry that this process has under them. */
  private lookLocal<T>(
    call: CacheCall<T>,
    versions: TagVersions,
  ): CurrentKeys & { readonly entry: Entry | undefined } {
    const keys = this.options.keys.of(call, versions);
    const isAsked = call.mode !== 'reload';
    return {
      versions,
      keys,
      entry: isAsked ? this.local.get(keys.local, this.options.clock.now()) : undefined,
    };
  }

  /** A miss of this process: joins the one that is under way for the same key, or begins one. */
  private async fill<T>(call: CacheCall<T>, current: CurrentKeys, loader: Loader<T>): Promise<Fill<T>> {
    // Rule 8: without a row for each of its tags nothing can be stored, so there is no key to share a flight by.
    const complete =
      call.tags.every((tag) => current.versions.has(tag)) || this.options.authority === undefined;
    if (call.mode === 'only-if-cached') return this.filler.find(call, complete ? current : undefined);
    if (!complete || call.mode === 'reload') return this.filler.load(call, current, loader);
    let joined = false;
    const filled = await this.flights.run(
      current.keys.local,
      () => this.filler.fill(call, current, loader),
      () => {
        joined = true;
        this.options.report({ type: 'joined', name: call.name });
      },
    );
    if (!joined) return filled as Fill<T>;
    // Only what may be stored may be shared: a response that sets a cookie is of one client. And what the load depends on
    // beside the key may have changed before this request began.
    const { entry, notStored } = filled;
    const isShared = notStored === undefined && entry !== undefined;
    if (!isShared || !(await dependenciesHold(call, entry, this.options))) {
      return this.filler.load(call, current, loader);
    }
    return { ...(filled as Fill<T>), source: 'joined' };
  }

  /** From memory, without a round trip: the path of a hit. */
  private known<T>(call: CacheCall<T>): TagVersions | undefined {
    const { authority } = this.options;
    if (authority === undefined) return NO_VERSIONS;
    if (call.consistency === 'strong') return undefined;
    const versions = authority.known(call.tags);
    return versions === undefined || isBelow(versions, call.floor) ? undefined : versions;
  }

  /** Undefined when the authority is down. */
  private async lookUp<T>(call: CacheCall<T>): Promise<TagVersions | undefined> {
    const { authority } = this.options;
    return authority && tryLookUp(authority, call.tags);
  }

  /** The authority is down: load, and store nothing. */
  private async loadUnversioned<T>(call: CacheCall<T>, loader: Loader<T>): Promise<CacheOutcome<T>> {
    if (call.mode === 'only-if-cached') return this.outcome(call, await this.filler.find(call, undefined));
    try {
      return this.outcome(call, await this.filler.load(call, undefined, loader));
    } catch (error) {
      return this.orStale(call, error);
    }
  }

  /** Inside a load or a transaction the origin answers. */
  private async bypass<T>(call: CacheCall<T>, loader: Loader<T>): Promise<CacheOutcome<T>> {
    const notStored: NotStored = this.closed ? 'closed' : 'bypass';
    const outer = currentLoad();
    const value = outer === undefined ? await loader() : await this.loadInside(outer, call, loader);
    return { value, source: 'bypass', ageMs: 0, ttlMs: 0, notStored };
  }

  /** Rule 9: what is read here the outer load is made of, so it depends on the versions that this was read under. */
  private async loadInside<T>(outer: LoadScope, call: CacheCall<T>, loader: Loader<T>): Promise<T> {
    const known = outer.strong ? undefined : this.known(call);
    try {
      const loaded = await versionedLoad(call, known ?? (await this.lookUp(call)), loader, this.options);
      if (loaded.notStored !== undefined) outer.refuse(loaded.notStored);
      else outer.depend(loaded.versions, keepMsOf(call, loaded));
      return loaded.value;
    } catch (error) {
      // Whoever catches this makes something of a failure, and failures are never stored.
      outer.refuse('not-cacheable');
      throw error;
    }
  }

  private async orStale<T>(call: CacheCall<T>, error: unknown): Promise<CacheOutcome<T>> {
    if (error instanceof CacheError) throw error;
    this.options.report({ type: 'load-failed', name: call.name });
    const entry = await this.stale.find(call, error);
    if (entry === undefined) throw error;
    return this.outcome(call, { entry, source: 'stale', notStored: undefined });
  }

  /** @param headStart how long before its expiry an entry is refreshed, as a multiple of the time that its load took */
  private isDueEarly<T>(call: CacheCall<T>, { loadMs, expiresAtMs }: Entry, headStart: number): boolean {
    if (call.consistency !== 'ttl') return false;
    return this.options.clock.now() + loadMs * XFETCH_BETA * headStart >= expiresAtMs;
  }

  /** What the caller loaded again; undefined when somebody else does that, or the background, or it failed. */
  private async refresh<T>(
    call: CacheCall<T>,
    current: CurrentKeys,
    loader: Loader<T>,
  ): Promise<Fill<T> | undefined> {
    const key = current.keys.local;
    if (this.flights.has(key)) return undefined;
    this.options.report({ type: 'refreshed-early', name: call.name });
    const flight = this.flights
      .run(
        key,
        () => this.filler.load(call, current, loader),
        () => undefined,
      )
      .catch(() => {
        this.options.report({ type: 'load-failed', name: call.name });
        return undefined;
      });
    return call.refresh === 'caller' ? ((await flight) as Fill<T> | undefined) : undefined;
  }

  private outcome<T>(call: CacheCall<T>, { entry, source, notStored, value }: Fill<T>): CacheOutcome<T> {
    const now = this.options.clock.now();
    const isOwn = source === 'load' || entry === undefined;
    return {
      value: isOwn ? (value as T) : toValue(call, entry),
      source,
      ageMs: Math.max(0, now - (entry?.createdAtMs ?? now)),
      ttlMs: (entry?.expiresAtMs ?? now) - now,
      notStored,
    };
  }
}

/** Rule 7: a client has seen a newer version than this instance knows. */
function isBelow(versions: TagVersions, floor: TagVersions | undefined): boolean {
  if (floor === undefined) return false;
  for (const [tag, version] of floor) {
    const known = versions.get(tag);
    if (known !== undefined && isOlder(known, version)) return true;
  }
  return false;
}

/** An expiring part makes the whole expire; a versioned part is current as long as its versions are. */
function keepMsOf<T>(call: CacheCall<T>, { value, keepMs }: Loaded<T>): number {
  if (call.consistency !== 'ttl') return keepMs;
  return Math.min(keepMs, value === null ? call.negativeTtlMs : call.ttlMs);
}

/** A hit of this process, in the form of what a miss comes to. */
function localFill<T>(entry: Entry): Fill<T> {
  return { entry, source: 'L1', notStored: undefined };
}

function toValue<T>({ serializer }: CacheCall<T>, { content }: Entry): T {
  return serializer.immutable ? (content as T) : serializer.deserialize(content as Buffer);
}
