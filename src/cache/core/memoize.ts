import type { CacheOutcome } from './cache-call.js';
import { canonicalArguments } from '../keys/canonical-arguments.js';
import { toMs } from '../base/duration.js';
import { currentLoad } from './load-scope.js';
import { checkMemoizeOptions, type MemoizeOptions } from './memoize-options.js';
import { jsonSerializer, type Serializer } from '../base/serializer.js';
import type { TieredCache } from './tiered-cache.js';
import { canonicalTags, EVERYTHING, type Tag } from '../versions/tag.js';

const DEFAULT_TTL_MS = 24 * 3_600_000;

/**
 * `fn` behind `cache`: keyed by name and arguments, fresh by the versions of its tags. Errors are never cached; `null`
 * is. Inside another cached load it runs uncached, and adds its tags to that load.
 * @throws {CacheUsageError} when an option is wrong, at once; for arguments that cannot be part of a key, at the call.
 *   When a tags function throws, `fn` runs uncached
 */
export function memoize<A extends readonly unknown[], R>(
  cache: TieredCache,
  fn: (...args: A) => Promise<R>,
  options: MemoizeOptions<A, R>,
): (...args: A) => Promise<R> {
  const of = checkMemoizeOptions(options);
  const msOf = (option: 'ttl' | 'negativeTtl' | 'staleIfError', otherwise: number): number =>
    options[option] === undefined ? otherwise : toMs(options[option], { of, option });
  const ttlMs = msOf('ttl', DEFAULT_TTL_MS);
  const settled = {
    name: options.name,
    ttlMs,
    negativeTtlMs: msOf('negativeTtl', ttlMs),
    staleIfErrorMs: msOf('staleIfError', 0),
    consistency: options.consistency ?? ('bounded' as const),
    snapshot: !('snapshot' in options && options.snapshot === false),
    serializer: options.serializer ?? (jsonSerializer as Serializer<R>),
    ...(options.isOutage === undefined ? {} : { isOutage: options.isOutage }),
  };
  return async (...args) => {
    const tags = tagsOf(options, args);
    if (tags === undefined) return fn(...args);
    const keyed = options.key === undefined ? args : [options.key(...args)];
    const call = { ...settled, tags, args: canonicalArguments(keyed, of) };
    const outcome: CacheOutcome<R> = await cache.getOrLoad(call, () => fn(...args));
    return outcome.value;
  };
}

function tagsOf<A extends readonly unknown[], R>(
  options: MemoizeOptions<A, R>,
  args: A,
): readonly Tag[] | undefined {
  if (options.tags === undefined) return [EVERYTHING];
  try {
    return canonicalTags(options.tags(...args));
  } catch {
    // An outer load that is made of this cannot say what it depends on.
    currentLoad()?.refuse('tags-failed');
    return undefined;
  }
}
