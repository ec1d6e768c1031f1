import type { CacheOutcome, Consistency } from './cache-call.js';
import { canonicalArguments } from '../keys/canonical-arguments.js';
import { toMs, type Duration } from '../base/duration.js';
import { CacheUsageError } from '../base/errors.js';
import { currentLoad } from './load-scope.js';
import { jsonSerializer, type Serializer } from '../base/serializer.js';
import type { TieredCache } from './tiered-cache.js';
import { canonicalTags, EVERYTHING, type Tag } from '../versions/tag.js';

interface CommonOptions<A extends readonly unknown[], R> {
  /** What the function is called in keys and metrics; must be unique. */
  readonly name: string;
  /** The part of the arguments that the result depends on. Default: all of them. */
  readonly key?: (...args: A) => unknown;
  /** How long "there is none" (`null`) is kept. Default: as long as other values. */
  readonly negativeTtl?: Duration;
  /** Age up to which an older value may be returned when the function fails. Default: never. */
  readonly staleIfError?: Duration;
  /** Which errors of the function say that the origin is down. Default: all. */
  readonly isOutage?: (error: unknown) => boolean;
  /** Default: JSON; every caller gets a copy of its own. */
  readonly serializer?: Serializer<R>;
}

/** Freshness comes from the versions of `tags`. */
export interface VersionedMemoizeOptions<A extends readonly unknown[], R> extends CommonOptions<A, R> {
  readonly tags: (...args: A) => readonly Tag[];
  /** Default `bounded`. */
  readonly consistency?: Exclude<Consistency, 'ttl'>;
  /** Default 24 h. */
  readonly ttl?: Duration;
  /** False: the function reads strongly consistently, but not in a snapshot that it reports. Default true. */
  readonly snapshot?: boolean;
}

/** Plain expiry. */
export interface ExpiringMemoizeOptions<A extends readonly unknown[], R> extends CommonOptions<A, R> {
  readonly consistency: 'ttl';
  readonly ttl: Duration;
}

export type MemoizeOptions<A extends readonly unknown[], R> =
  VersionedMemoizeOptions<A, R> | ExpiringMemoizeOptions<A, R>;

const DEFAULT_TTL: Duration = '24h';

/**
 * `fn` behind `cache`: keyed by name and arguments, fresh by the versions of its tags. Errors are never cached; `null`
 * is. Inside another cached load it runs uncached, and adds its tags to that load.
 * @throws {CacheUsageError} when an option is wrong, at once; when a tags function throws, `fn` runs uncached
 */
export function memoize<A extends readonly unknown[], R>(
  cache: TieredCache,
  fn: (...args: A) => Promise<R>,
  options: MemoizeOptions<A, R>,
): (...args: A) => Promise<R> {
  if (options.name === '')
    throw new CacheUsageError('CACHE_OPTIONS_INVALID', 'A memoized function needs a name.');
  const ttlMs = toMs(options.ttl ?? DEFAULT_TTL);
  const settled = {
    name: options.name,
    ttlMs,
    negativeTtlMs: options.negativeTtl === undefined ? ttlMs : toMs(options.negativeTtl),
    staleIfErrorMs: options.staleIfError === undefined ? 0 : toMs(options.staleIfError),
    consistency: options.consistency ?? ('bounded' as const),
    snapshot: !('snapshot' in options && options.snapshot === false),
    serializer: options.serializer ?? (jsonSerializer as Serializer<R>),
    ...(options.isOutage === undefined ? {} : { isOutage: options.isOutage }),
  };
  return async (...args) => {
    const tags = tagsOf(options, args);
    if (tags === undefined) return fn(...args);
    const keyed = options.key === undefined ? args : [options.key(...args)];
    const call = { ...settled, tags, args: canonicalArguments(keyed) };
    const outcome: CacheOutcome<R> = await cache.getOrLoad(call, () => fn(...args));
    return outcome.value;
  };
}

function tagsOf<A extends readonly unknown[], R>(
  options: MemoizeOptions<A, R>,
  args: A,
): readonly Tag[] | undefined {
  if (!('tags' in options)) return [EVERYTHING];
  try {
    return canonicalTags(options.tags(...args));
  } catch {
    // An outer load that is made of this cannot say what it depends on.
    currentLoad()?.refuse('tags-failed');
    return undefined;
  }
}
