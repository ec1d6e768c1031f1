import type { Duration } from '../../base/duration.js';
import type { Consistency } from '../../core/cache-call.js';
import type { Tag } from '../../versions/tag.js';

/** Path parameters of a route, by name. */
export type RouteParams = Readonly<Record<string, string>>;

/** What a tags function may look at: the request as the guards let it in. Pipes have not run yet. */
export interface CachedRequest<Params extends object = RouteParams> {
  readonly params: Readonly<Params>;
  readonly query: Readonly<Record<string, unknown>>;
  /** Subject of the request's principal. On a public route there is none: reading it throws, and nothing is cached. */
  readonly subject: string;
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
export interface VersionedOptions<Params extends object = RouteParams> extends CommonOptions {
  /** Every piece of data that the response is made of. */
  readonly tags: (request: CachedRequest<Params>) => readonly Tag[];
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

export type CachedOptions<Params extends object = RouteParams> = VersionedOptions<Params> | ExpiringOptions;

export const CACHED = 'careline:cached';
export const ANNOUNCES_VERSIONS = 'careline:announces-versions';
/** Marks the class of the guard that answers hits. */
export const ANSWERS_HITS = Symbol('answers hits');

/** The tags that a write bumped, given the request and what the handler returned. */
export type AnnouncedTags<Response = unknown, Params extends object = RouteParams> = (
  request: CachedRequest<Params>,
  response: Response,
) => readonly Tag[];
