import type { FastifyRequest } from 'fastify';
import { CacheUsageError } from '../../base/errors.js';
import type { NotStored } from '../../base/events.js';
import type { CacheCall, Consistency } from '../../core/cache-call.js';
import { toMs, type DurationPlace } from '../../base/duration.js';
import { canonicalTags, EVERYTHING, type Tag } from '../../versions/tag.js';
import { CACHE_VERSIONS, parseCacheVersions } from '../request/cache-versions.js';
import { responseSerializer, type CachedResponse } from '../response/cached-response.js';
import { Uncapturable } from '../response/capture-response.js';
import type { ResponsePolicy } from '../response/send-response.js';
import type { CachedOptions, CachedRequest, RouteParams } from './cached-declaration.js';
import { routeKey, type CachePrincipal, type KeyedRequest } from './route-key.js';
import { mergeVary, varyFields, type HeaderValue } from '../response/vary.js';

export interface RouteDefaults {
  readonly consistency: Exclude<Consistency, 'ttl'>;
  readonly ttlMs: number;
  readonly isOutage: (error: unknown) => boolean;
  readonly principalOf: (request: FastifyRequest) => CachePrincipal | undefined;
}

/** What follows from how a handler is declared. */
export interface RouteTraits {
  /** Its responses cannot be cached, whatever they are. */
  readonly answersItself: boolean;
  /** Its hits may be answered before its interceptors run. */
  readonly answersEarly: boolean;
}

/** Why a request cannot be answered through the cache. */
export type Uncached = Extract<
  NotStored,
  'undeclared-query' | 'no-principal' | 'tags-failed' | 'not-cacheable'
>;

type Capture = CachedResponse | Uncapturable;

/** The call that a request makes of the cache, or why it makes none. */
export type RouteCall =
  | { readonly call: CacheCall<Capture>; readonly uncached?: undefined }
  | { readonly call?: undefined; readonly uncached: Uncached };

type Settled = Omit<CacheCall<Capture>, 'args' | 'tags' | 'floor' | 'mode'>;

/** A cached route: its options settled once, and the {@link CacheCall} of each request made from them. */
export class CachedRoute implements ResponsePolicy {
  private readonly settled: Settled;
  private readonly query: readonly string[];
  private readonly vary: readonly string[];
  readonly varyHeader: string;
  readonly cacheControl: string | undefined;
  readonly answersItself: boolean;
  readonly answersEarly: boolean;

  /** @param options as `checkCachedOptions` leaves them */
  constructor(
    readonly name: string,
    private readonly options: CachedOptions,
    defaults: RouteDefaults,
    traits: RouteTraits = { answersItself: false, answersEarly: false },
  ) {
    this.answersItself = traits.answersItself;
    this.answersEarly = traits.answersEarly;
    const at = (option: string): DurationPlace => ({ of: name, option });
    const ttlMs = options.ttl === undefined ? defaults.ttlMs : toMs(options.ttl, at('ttl'));
    this.settled = {
      name,
      ttlMs,
      negativeTtlMs: ttlMs,
      consistency: options.consistency ?? defaults.consistency,
      staleIfErrorMs: options.staleIfError === undefined ? 0 : toMs(options.staleIfError, at('staleIfError')),
      snapshot: !('snapshot' in options && options.snapshot === false),
      serializer: responseSerializer,
      isOutage: defaults.isOutage,
      isCacheable: (value) => !(value instanceof Uncapturable),
      isSame: isSameBody,
      refresh: 'caller',
    };
    this.query = [...(options.query ?? [])].sort();
    this.vary = [...new Set((options.vary ?? []).map((field) => field.toLowerCase()))].sort();
    this.varyHeader = mergeVary('authorization', this.vary.join(', '));
    this.cacheControl = options.cacheControl;
  }

  /** Whether the key of requests with `preset` as their `Vary` contains the request header `field`, in lower case. */
  isKeyedBy(field: string, preset: HeaderValue): boolean {
    if (field === 'authorization' && this.options.scope === 'principal') return true;
    return this.vary.includes(field) || varyFields(preset).includes(field);
  }

  get scope(): CachedOptions['scope'] {
    return this.options.scope;
  }

  get consistency(): Consistency {
    return this.settled.consistency;
  }

  /** @param vary `Vary` as it is before the handler runs */
  resolve(request: FastifyRequest, principal: CachePrincipal | undefined, vary: HeaderValue): RouteCall {
    return this.resolveKeyed({
      pattern: request.routeOptions.url ?? '',
      // A copy: the router's own objects have a prototype of their own.
      params: { ...(request.params as Readonly<Record<string, string>>) },
      hosts: (request as FastifyRequest & Pick<KeyedRequest, 'hosts'>).hosts,
      query: (request.query ?? {}) as Readonly<Record<string, unknown>>,
      headers: request.headers,
      principal,
      vary,
    });
  }

  /** As {@link resolve}, for a request that nobody makes. */
  resolveKeyed(request: KeyedRequest): RouteCall {
    const { params, query, headers, principal, vary } = request;
    if (this.answersItself) return { uncached: 'not-cacheable' };
    // What is not declared is not in the key: a handler that looks at it would answer everybody with one's answer.
    if (Object.keys(query).some((name) => !this.query.includes(name)))
      return { uncached: 'undeclared-query' };
    if (this.options.scope !== 'shared' && principal === undefined) return { uncached: 'no-principal' };
    const fields = vary === undefined ? this.vary : varyFields(mergeVary(vary, this.vary.join(', ')));
    if (fields.includes('*')) return { uncached: 'not-cacheable' };
    const tags = this.tagsOf(new TagRequest(params, query, principal));
    if (tags === undefined) return { uncached: 'tags-failed' };
    const sent = headers[CACHE_VERSIONS];
    const floor = sent === undefined ? undefined : parseCacheVersions(String(sent), tags);
    const args = routeKey(request, this.query, this.scopeOf(principal), fields);
    return { call: { ...this.settled, args, tags, ...(floor === undefined ? {} : { floor }) } };
  }

  private tagsOf(request: CachedRequest): readonly Tag[] | undefined {
    const { tags } = this.options;
    if (tags === undefined) return [EVERYTHING];
    try {
      return canonicalTags(tags(request));
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

/** What a tags function gets. */
export class TagRequest implements CachedRequest {
  constructor(
    readonly params: RouteParams,
    readonly query: Readonly<Record<string, unknown>>,
    private readonly principal: CachePrincipal | undefined,
  ) {}

  /** @throws {CacheUsageError} without a principal */
  get subject(): string {
    if (this.principal !== undefined) return this.principal.subject;
    throw new CacheUsageError(
      'CACHE_OPTIONS_INVALID',
      'The request has no principal, so there is no subject.',
    );
  }
}

function isSameBody(value: Capture, other: Capture): boolean {
  if (value instanceof Uncapturable || other instanceof Uncapturable) return false;
  return value.body.equals(other.body);
}
