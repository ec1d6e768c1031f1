import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { CacheCall, Consistency } from '../cache-call.js';
import { canonicalArguments } from '../cache-key.js';
import { toMs } from '../duration.js';
import { CacheUsageError } from '../errors.js';
import { canonicalTags, EVERYTHING, type Tag } from '../versions/tag.js';
import { CACHE_VERSIONS, parseCacheVersions } from './cache-versions.js';
import { responseSerializer, type CachedResponse } from './cached-response.js';
import { Uncapturable } from './capture-response.js';
import type { CachedOptions, CachedRequest } from './cached.decorator.js';

/** Who makes a request, as far as the cache is concerned. */
export interface CachePrincipal {
  readonly subject: string;
  readonly roles: readonly string[];
}

/** A request as far as a key depends on it. */
export interface KeyedRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: IncomingHttpHeaders;
  readonly principal: CachePrincipal | undefined;
}

export interface RouteDefaults {
  readonly consistency: Exclude<Consistency, 'ttl'>;
  readonly ttlMs: number;
  readonly isOutage: (error: unknown) => boolean;
  readonly principalOf: (request: FastifyRequest) => CachePrincipal | undefined;
}

/** Why a request cannot be answered through the cache. */
export type Uncached = 'undeclared-query' | 'no-principal' | 'tags-failed';

type Capture = CachedResponse | Uncapturable;
type Settled = Omit<CacheCall<Capture>, 'args' | 'tags' | 'floor' | 'mode'>;

/** A cached route: its options settled once, and the {@link CacheCall} of each request made from them. */
export class RouteCall {
  private readonly settled: Settled;
  private readonly query: readonly string[];
  private readonly vary: readonly string[];
  /** `Vary` of its responses. */
  readonly varyHeader: string;
  readonly cacheControl: string;

  /** @throws {CacheUsageError} when an option is wrong */
  constructor(
    readonly name: string,
    private readonly options: CachedOptions,
    private readonly defaults: RouteDefaults,
  ) {
    if (!['shared', 'principal', 'role'].includes(options.scope)) {
      throw new CacheUsageError('CACHE_OPTIONS_INVALID', `${name}: scope must be shared, principal or role.`);
    }
    const ttlMs = options.ttl === undefined ? defaults.ttlMs : toMs(options.ttl);
    this.settled = {
      name,
      ttlMs,
      negativeTtlMs: ttlMs,
      consistency: options.consistency ?? defaults.consistency,
      staleIfErrorMs: options.staleIfError === undefined ? 0 : toMs(options.staleIfError),
      snapshot: !('snapshot' in options && options.snapshot === false),
      serializer: responseSerializer,
      isOutage: defaults.isOutage,
      isCacheable: (value) => !(value instanceof Uncapturable) && mayBeKept(value),
      isSame: (value, other) => bodyOf(value) === bodyOf(other),
    };
    this.query = [...(options.query ?? [])].sort();
    this.vary = [...(options.vary ?? [])].map((field) => field.toLowerCase()).sort();
    this.varyHeader = ['authorization', ...this.vary].join(', ');
    this.cacheControl = options.cacheControl ?? 'private, no-cache';
  }

  get scope(): CachedOptions['scope'] {
    return this.options.scope;
  }

  get consistency(): Consistency {
    return this.settled.consistency;
  }

  /** The call for `request`, or why there is none. */
  of(request: FastifyRequest): CacheCall<Capture> | Uncached {
    return this.ofKeyed({
      // A copy: the router's own objects have a prototype of their own.
      params: { ...(request.params as Readonly<Record<string, string>>) },
      query: (request.query ?? {}) as Readonly<Record<string, unknown>>,
      headers: request.headers,
      principal: this.defaults.principalOf(request),
    });
  }

  /** As {@link of}, for a request that nobody makes. */
  ofKeyed({ params, query, headers, principal }: KeyedRequest): CacheCall<Capture> | Uncached {
    // What is not declared is not in the key: a handler that looks at it would answer everybody with one's answer.
    if (Object.keys(query).some((name) => !this.query.includes(name))) return 'undeclared-query';
    if (this.options.scope !== 'shared' && principal === undefined) return 'no-principal';
    const tags = this.tagsOf({ params, query, subject: principal?.subject });
    if (tags === undefined) return 'tags-failed';
    const floor = parseCacheVersions(headerOf(headers, CACHE_VERSIONS), tags);
    const args = canonicalArguments([
      params,
      this.query.map((name) => query[name]),
      this.scopeOf(principal),
      this.vary.map((field) => headerOf(headers, field)),
    ]);
    return { ...this.settled, args, tags, ...(floor === undefined ? {} : { floor }) };
  }

  private tagsOf(request: CachedRequest): readonly Tag[] | undefined {
    if (!('tags' in this.options)) return [EVERYTHING];
    try {
      return canonicalTags(this.options.tags(request));
    } catch {
      return undefined;
    }
  }

  private scopeOf(principal: CachePrincipal | undefined): readonly string[] {
    switch (this.options.scope) {
      case 'shared':
        return [];
      case 'principal':
        return ['principal', principal?.subject ?? ''];
      case 'role':
        return ['role', ...[...(principal?.roles ?? [])].sort()];
    }
  }
}

/** What a body is known by; undefined where there is none. */
function bodyOf(value: Capture): string | undefined {
  return value instanceof Uncapturable ? undefined : value.etag;
}

/** 200 only, no cookies, and not what the handler itself forbids to keep. */
function mayBeKept({ status, headers }: CachedResponse): boolean {
  return (
    status === 200 && !('set-cookie' in headers) && !(headers['cache-control'] ?? '').includes('no-store')
  );
}

function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}
