import {
  Inject,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest, onSendHookHandler } from 'fastify';
import { concatMap, takeLast, type Observable } from 'rxjs';
import { EVERYTHING, type Tag } from '../versions/tag.js';
import { CacheRuntime } from './cache-runtime.js';
import { answersItself } from './framework/handler-metadata.js';
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
export class WriteBarrier implements OnModuleInit {
  /** Unsafe requests, by how far their answers have come. */
  private readonly answers = new WeakMap<FastifyRequest, 'due' | 'waiting' | 'free'>();

  constructor(
    @Inject(CacheRuntime) private readonly runtime: CacheRuntime,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  /** An application of a test gets its adapter only after its modules are made. */
  onModuleInit(): void {
    // Without an HTTP server (`createApplicationContext`) nobody writes by HTTP.
    const fastify = this.adapterHost.httpAdapter?.getInstance<FastifyInstance>();
    fastify?.addHook('onSend', this.beforeSending);
  }

  /** Runs the handler of an unsafe request, whose answer will wait. */
  pass(
    context: ExecutionContext,
    request: FastifyRequest,
    reply: FastifyReply,
    next: CallHandler,
  ): Observable<unknown> {
    const handler = context.getHandler();
    this.answers.set(request, 'due');
    const tagsOf = Reflect.getMetadata(ANNOUNCES_VERSIONS, handler) as AnnouncedTags | undefined;
    if (tagsOf === undefined) return next.handle() as Observable<unknown>;
    const isSentByNest = !answersItself(context.getClass(), handler);
    return next.handle().pipe(
      // Nest sends the last of several values, and only once the handler has completed: it may write until then.
      takeLast(1),
      concatMap(async (response: unknown) => {
        const isPassed = await this.announce(tagsOf, request, reply, response);
        // A handler that sends by itself may write and send later.
        if (isPassed && isSentByNest) this.answers.set(request, 'free');
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
   * @returns whether the barrier was passed
   */
  private async announce(
    tagsOf: AnnouncedTags,
    request: FastifyRequest,
    reply: FastifyReply,
    response: unknown,
  ): Promise<boolean> {
    const { authority, report } = this.runtime;
    const tags = this.tagsToAnnounce(tagsOf, request, response);
    if (tags?.length === 0) return false;
    const versions = tags && (await authority.barrier(tags));
    const announced = versions && formatCacheVersions(versions);
    if (announced === undefined) report({ type: 'versions-untold' });
    else if (!reply.sent) reply.header(CACHE_VERSIONS, announced);
    return versions !== undefined;
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
