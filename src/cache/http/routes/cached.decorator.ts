import { applyDecorators, SetMetadata, UseGuards } from '@nestjs/common';
import { FUNCTION, invalidOption } from '../../base/option-checks.js';
import type { Consistency } from '../../core/cache-call.js';
import type { Duration } from '../../base/duration.js';
import type { Tag } from '../../versions/tag.js';
import { HitGuard } from '../hit.guard.js';

/** What a tags function may look at: the request as the guards let it in. Pipes have not run yet. */
export interface CachedRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** Subject of the request's principal; undefined on public routes. */
  readonly subject: string | undefined;
}

interface CommonOptions {
  /**
   * Who shares the bytes. `shared`: everybody whom the guards let in gets the same. `principal`: each subject has its
   * own. `role`: everybody with the same roles.
   */
  readonly scope: 'shared' | 'principal' | 'role';
  /** What the route is called in keys and metrics; must be unique. Default: `<controller>.<handler>`. */
  readonly name?: string;
  /** Query parameters that the response depends on. A request that has others is not cached. */
  readonly query?: readonly string[];
  /** Request header fields that the response depends on; they also go into `Vary`. */
  readonly vary?: readonly string[];
  /**
   * The response's `Cache-Control`, for clients; the handler's own goes before it. Default: what a hook or `@Header` set,
   * else `private, no-cache`: clients keep it, and ask each time whether it still holds.
   */
  readonly cacheControl?: string;
}

/** A response whose freshness comes from versions. */
export interface VersionedOptions extends CommonOptions {
  /** Every piece of data that the response is made of. */
  readonly tags: (request: CachedRequest) => readonly Tag[];
  /** Default: `CACHE_CONSISTENCY`. */
  readonly consistency?: Exclude<Consistency, 'ttl'>;
  /** How long entries are kept. Default: `CACHE_TTL`. */
  readonly ttl?: Duration;
  /** Age up to which an older response may be served while the origin is down. Default: never. */
  readonly staleIfError?: Duration;
  /** False: the handler reads strongly consistently, but not in a reported snapshot (DynamoDB). Default true. */
  readonly snapshot?: boolean;
}

/** A response that may be as old as its ttl. */
export interface ExpiringOptions extends CommonOptions {
  readonly consistency: 'ttl';
  readonly ttl: Duration;
  readonly staleIfError?: Duration;
  /** Nothing invalidates it but time. */
  readonly tags?: never;
}

export type CachedOptions = VersionedOptions | ExpiringOptions;

export const CACHED = 'careline:cached';
export const INVALIDATES = 'careline:invalidates';

/**
 * Caches the responses of a GET route; HEAD is answered from it too, but fills nothing. Needs the interceptor of
 * `CacheModule`. Not kept, and answered as without it: other statuses than 200, responses that set a cookie, redirects,
 * streams, events, rendered pages, nothing at all, what the handler sends by itself, forbids to keep (`no-store`), or
 * lets vary on a header field that is not declared, and JSON that a `preSerialization` hook of Fastify would change.
 *
 * Write it above `@UseGuards`: hits are cheapest where no guard of the handler comes after the cache's own.
 */
export const Cached = (options: CachedOptions): MethodDecorator =>
  applyDecorators(SetMetadata(CACHED, options), UseGuards(HitGuard));

/** The tags that a write changed, given the request and what the handler returned. */
export type Invalidated = (request: CachedRequest, response: unknown) => readonly Tag[];

/**
 * Names the tags that a write changes: their new versions go into the response's `Cache-Versions`.
 * @throws {CacheUsageError} when `tags` is no function
 */
export const Invalidates =
  (tags: Invalidated): MethodDecorator =>
  (target, method, descriptor) => {
    const of = `${target.constructor.name}.${String(method)}`;
    if (!FUNCTION.accepts(tags)) throw invalidOption(of, 'tags', FUNCTION.expected, tags);
    SetMetadata(INVALIDATES, tags)(target, method, descriptor);
  };
