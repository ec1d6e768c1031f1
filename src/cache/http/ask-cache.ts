import { GatewayTimeoutException, ServiceUnavailableException } from '@nestjs/common';
import type { CacheCall, CacheOutcome } from '../core/cache-call.js';
import { CacheError } from '../base/errors.js';
import type { TieredCache } from '../core/tiered-cache.js';
import type { CachedResponse } from './response/cached-response.js';
import type { Uncapturable } from './response/capture-response.js';
import type { RequestDirectives } from './request/request-directives.js';
import { AbandonedLoad, type RouteLoad } from './route-load.js';

type Capture = CachedResponse | Uncapturable;
type Call = CacheCall<Capture>;
type Outcome = CacheOutcome<Capture>;

/**
 * Asks the cache as `directives` and `method` want it.
 * @throws what Nest answers with 504 where only the cache may be asked and has nothing, with 503 where the origin lags
 *   behind its versions or these cannot be had; else what the handler throws
 */
export async function askCache(
  cache: TieredCache,
  call: Call,
  load: RouteLoad,
  directives: RequestDirectives,
  method: string,
): Promise<Outcome> {
  const { onlyIfCached, noCache } = directives;
  try {
    if (onlyIfCached) return await cache.getOrLoad({ ...call, mode: 'only-if-cached' }, load.load);
    // A client that asks for fresh data does not get stale data.
    if (noCache) return await cache.getOrLoad({ ...call, mode: 'reload', staleIfErrorMs: 0 }, load.load);
    return await (method === 'HEAD' ? askForHead(cache, call, load) : cache.getOrLoad(call, load.load));
  } catch (error) {
    // Whoever is next in line performs the load.
    if (error instanceof AbandonedLoad && !load.isAbandoned) {
      return askCache(cache, call, load, directives, method);
    }
    return outcomeOfError(error, load, onlyIfCached);
  }
}

/**
 * HEAD is answered from the entry of GET, but makes none, and nobody joins its load: a handler may treat it otherwise.
 */
async function askForHead(cache: TieredCache, call: Call, load: RouteLoad): Promise<Outcome> {
  try {
    return await cache.getOrLoad({ ...call, mode: 'only-if-cached' }, load.load);
  } catch (error) {
    if (!(error instanceof CacheError) || error.code !== 'CACHE_NOT_CACHED') throw error;
    return cache.getOrLoad({ ...call, mode: 'reload', isCacheable: () => false }, load.load);
  }
}

/** @throws what the client is told, unless the handler has answered all the same */
function outcomeOfError(error: unknown, { uncapturable }: RouteLoad, onlyIfCached: boolean): Outcome {
  if (!(error instanceof CacheError)) throw error;
  if (error.code === 'CACHE_NOT_CACHED' && onlyIfCached) throw new GatewayTimeoutException();
  const isLagging = error.code === 'CACHE_ORIGIN_LAGGING';
  // It may have been sent already, and without a cache it would have been.
  if (isLagging && uncapturable !== undefined) {
    return { value: uncapturable, source: 'load', ageMs: 0, ttlMs: 0, notStored: 'not-cacheable' };
  }
  if (isLagging || error.code === 'CACHE_AUTHORITY_UNAVAILABLE') {
    throw new ServiceUnavailableException(undefined, { cause: error });
  }
  throw error;
}
