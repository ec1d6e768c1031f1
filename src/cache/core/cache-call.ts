import type { NotStored, Tier } from '../base/events.js';
import type { Serializer } from '../base/serializer.js';
import type { Tag } from '../versions/tag.js';
import type { TagVersions } from '../versions/version.js';

/**
 * What a read may return.
 * - `strong`: nothing older than the newest write that was answered before the read began. Versions are asked for.
 * - `bounded`: nothing older than the newest write answered `CACHE_FEED_TIMEOUT_MS` before it began; own writes at once.
 * - `ttl`: anything not expired. For data whose changes no authority knows of.
 */
export type Consistency = 'strong' | 'bounded' | 'ttl';

/** One call of a cached function or route. */
export interface CacheCall<T> {
  /** The function or route: what is counted by. */
  readonly name: string;
  /** Canonical text of the arguments, see `cache-key.ts`. */
  readonly args: string;
  /** Canonical, the tag of everything among them. Under `ttl` only that one. */
  readonly tags: readonly Tag[];
  readonly consistency: Consistency;
  readonly ttlMs: number;
  /** How long "there is none" is kept. */
  readonly negativeTtlMs: number;
  /** 0: never. Age up to which an older entry may answer while the origin is down. Never under `strong`. */
  readonly staleIfErrorMs: number;
  /**
   * How the loader reads. `true`: in a snapshot that it reports to the running load, and entries are exact. `false`:
   * strongly consistently, after the versions were read (DynamoDB).
   */
  readonly snapshot: boolean;
  /** Rule 7: versions that a client has seen, as lower bounds for {@link tags}. */
  readonly floor?: TagVersions;
  readonly serializer: Serializer<T>;
  /** `reload`: go to the origin, and store. `only-if-cached`: do not go to the origin. */
  readonly mode?: 'reload' | 'only-if-cached' | undefined;
  /** Whether an error says that the origin is down, rather than that the request is wrong. Default: every error. */
  readonly isOutage?: (error: unknown) => boolean;
  /** Values that may not be stored, such as a response that sets a cookie. Default: every value may. */
  readonly isCacheable?: (value: T) => boolean;
  /**
   * Who loads anew what is about to expire (`ttl`): a background task, the default, or the caller whose turn it is. The
   * latter where a loader works only while its caller waits, as the handler of a request does.
   */
  readonly refresh?: 'background' | 'caller';
  /** Whether two values say the same. Default: their serial forms are equal. */
  readonly isSame?: (value: T, other: T) => boolean;
}

/** Reads the origin. `again`: not for the call that is being answered, but later, to compare (see `HitWatcher`). */
export type Loader<T> = (again?: 'again') => Promise<T>;

/** Where an answer comes from. `joined`: from the load of another request of this process. */
export type Source = Tier | 'load' | 'joined' | 'stale' | 'bypass';

/** The answer to a {@link CacheCall}. */
export interface CacheOutcome<T> {
  readonly value: T;
  readonly source: Source;
  /** How long ago it was loaded, in ms. */
  readonly ageMs: number;
  /** How long it will be kept, in ms; negative when it is served stale. */
  readonly ttlMs: number;
  /** Undefined: it is stored, or being stored. */
  readonly notStored: NotStored | undefined;
}
