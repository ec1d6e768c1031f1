import { Inject, Injectable, type CallHandler, type ExecutionContext } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest, onSendHookHandler } from 'fastify';
import { concatMap, type Observable } from 'rxjs';
import { EVERYTHING, type Tag } from '../versions/tag.js';
import { CacheRuntime } from './cache-runtime.js';
import { CACHE_VERSIONS, formatCacheVersions } from './request/cache-versions.js';
import { TagRequest } from './routes/cached-route.js';
import { ANNOUNCES_VERSIONS, type AnnouncedTags, type RouteParams } from './routes/cached-declaration.js';

/** RFC 9110, section 9.2.1. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** Whether requests of `method` may change something. */
export function isUnsafe(method: string): boolean {
  return !SAFE_METHODS.has(method);
}

/**
 * Rule 5: after the commit, also when the handler then fails, one round trip on the feed, and only then the answer. It
 * holds for every unsafe request that a guard let in: there is nothing to declare, and nothing to forget.
 *
 * The round trip is made where Fastify is about to send: whoever answers, the handler by `@Res()`, an exception filter or
 * Nest, it comes before the first byte. What is written to `reply.raw` goes past it.
 */
@Injectable()
export class WriteBarrier {
  /** Unsafe requests, by how far their answers have come. */
  private readonly answers = new WeakMap<FastifyRequest, 'due' | 'waiting' | 'free'>();

  /** It is made before Nest registers its routes with Fastify. */
  constructor(
    @Inject(CacheRuntime) private readonly runtime: CacheRuntime,
    adapterHost: HttpAdapterHost,
  ) {
    // Without an HTTP server (`createApplicationContext`) nobody writes by HTTP.
    const fastify = adapterHost.httpAdapter?.getInstance<FastifyInstance>();
    fastify?.addHook('onRoute', (route) => {
      if ([route.method].flat().some(isUnsafe))
        route.onSend = [this.beforeSending, ...[route.onSend ?? []].flat()];
    });
  }

  /** Runs the handler of an unsafe request, whose answer will wait. */
  pass(
    handler: ReturnType<ExecutionContext['getHandler']>,
    request: FastifyRequest,
    reply: FastifyReply,
    next: CallHandler,
  ): Observable<unknown> {
    this.answers.set(request, 'due');
    const tagsOf = Reflect.getMetadata(ANNOUNCES_VERSIONS, handler) as AnnouncedTags | undefined;
    if (tagsOf === undefined) return next.handle() as Observable<unknown>;
    return next.handle().pipe(
      concatMap(async (response: unknown) => {
        await this.announce(tagsOf, request, reply, response);
        return response;
      }),
    );
  }

  private readonly beforeSending: onSendHookHandler = (request, { raw }, payload, done) => {
    const state = this.answers.get(request);
    // A second answer while the first one waits is dropped, as Fastify drops one after it.
    if (state === 'waiting') return;
    if (state !== 'due') return done(null, payload);
    this.answers.set(request, 'waiting');
    void this.runtime.authority.barrier().then(() => {
      this.answers.set(request, 'free');
      if (!raw.headersSent) done(null, payload);
    });
  };

  /**
   * Passes the barrier and sends the versions that came with it: one round trip. They are a courtesy to the client's next
   * read elsewhere, so what goes wrong with them is no reason to fail a write that is done.
   */
  private async announce(
    tagsOf: AnnouncedTags,
    request: FastifyRequest,
    reply: FastifyReply,
    response: unknown,
  ): Promise<void> {
    const { authority, report } = this.runtime;
    const tags = this.tagsToAnnounce(tagsOf, request, response);
    if (tags?.length === 0) return;
    const versions = tags && (await authority.barrier(tags));
    // A handler that answers by itself may be waiting at the barrier already.
    if (versions !== undefined && this.answers.get(request) === 'due') this.answers.set(request, 'free');
    const announced = versions && formatCacheVersions(versions);
    if (announced === undefined) report({ type: 'versions-untold' });
    else if (!reply.sent) reply.header(CACHE_VERSIONS, announced);
  }

  /** Undefined when the tags function fails. */
  private tagsToAnnounce(
    tagsOf: AnnouncedTags,
    request: FastifyRequest,
    response: unknown,
  ): readonly Tag[] | undefined {
    try {
      const { params, query } = request as { params?: RouteParams; query?: TagRequest['query'] };
      const principal = this.runtime.defaults.principalOf(request);
      const tags = tagsOf(new TagRequest(params ?? {}, query ?? {}, principal), response);
      return [...new Set(tags)].filter((tag) => tag !== EVERYTHING);
    } catch {
      return undefined;
    }
  }
}
