import {
  Inject,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { concatMap, type Observable } from 'rxjs';
import { EVERYTHING } from '../versions/tag.js';
import { CacheRuntime } from './cache-runtime.js';
import { CACHE_VERSIONS, formatCacheVersions } from './request/cache-versions.js';
import { INVALIDATES, type CachedRequest, type Invalidated } from './routes/cached.decorator.js';

/**
 * Rule 5: after the commit, also when the handler then fails, one round trip on the feed, and only then the answer. It
 * holds for every unsafe request that a guard let in: there is nothing to declare, and nothing to forget.
 *
 * The round trip is made where Fastify is about to send: whoever answers, the handler by `@Res()`, an exception filter or
 * Nest, it comes before the first byte. What is written to `reply.raw` goes past it.
 */
@Injectable()
export class WriteBarrier implements OnModuleInit {
  /** Unsafe requests, by how far their answers have come. */
  private readonly answers = new WeakMap<FastifyRequest, 'due' | 'waiting' | 'free'>();

  constructor(
    @Inject(CacheRuntime) private readonly runtime: CacheRuntime,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  onModuleInit(): void {
    const fastify = this.adapterHost.httpAdapter?.getInstance<FastifyInstance>();
    // Without an HTTP server (`createApplicationContext`) nobody writes by HTTP.
    fastify?.addHook('onSend', (request, { raw }, payload, done) => {
      const state = this.answers.get(request);
      // A second answer while the first one waits is dropped, as Fastify drops one after it.
      if (state === 'waiting') return;
      if (state !== 'due') return done(null, payload);
      this.answers.set(request, 'waiting');
      void this.runtime.authority.barrier().then(() => {
        this.answers.set(request, 'free');
        if (!raw.headersSent) done(null, payload);
      });
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
    const tagsOf = Reflect.getMetadata(INVALIDATES, handler) as Invalidated | undefined;
    if (tagsOf === undefined) return next.handle() as Observable<unknown>;
    return next.handle().pipe(
      concatMap(async (response: unknown) => {
        await this.tellVersions(tagsOf, request, reply, response);
        return response;
      }),
    );
  }

  /** A courtesy to the client's next read elsewhere: what goes wrong with it is no reason to fail a write that is done. */
  private async tellVersions(
    tagsOf: Invalidated,
    request: FastifyRequest,
    reply: FastifyReply,
    response: unknown,
  ): Promise<void> {
    const { authority, defaults, report } = this.runtime;
    try {
      const tags = new Set(
        tagsOf(toCachedRequest(request, defaults.principalOf(request)?.subject), response),
      );
      tags.delete(EVERYTHING);
      const told = formatCacheVersions(await authority.lookUp([...tags]));
      if (told !== undefined) reply.header(CACHE_VERSIONS, told);
      else if (tags.size > 0) report({ type: 'versions-untold' });
    } catch {
      report({ type: 'versions-untold' });
    }
  }
}

function toCachedRequest(request: FastifyRequest, subject: string | undefined): CachedRequest {
  return {
    params: (request.params ?? {}) as CachedRequest['params'],
    query: (request.query ?? {}) as CachedRequest['query'],
    subject,
  };
}
