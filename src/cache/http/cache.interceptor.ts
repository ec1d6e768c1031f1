import {
  GatewayTimeoutException,
  Inject,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import type { NotStored } from '../base/events.js';
import { askCache } from './ask-cache.js';
import { CacheRuntime } from './cache-runtime.js';
import { RequestResolver, type ResolvedRequest } from './request-resolver.js';
import { bypassStatus, NOT_CACHEABLE_STATUS } from './response/cache-status.js';
import { Uncapturable } from './response/capture-response.js';
import { markUncached, sendCached } from './response/send-response.js';
import { RouteLoad } from './route-load.js';
import { isUnsafe, WriteBarrier } from './write-barrier.js';

/**
 * Serves `@Cached` routes from the cache, and lets every unsafe request pass the barrier. It is the outermost
 * interceptor: what it keeps are the bytes that are sent.
 */
@Injectable()
export class CacheInterceptor implements NestInterceptor {
  constructor(
    @Inject(CacheRuntime) private readonly runtime: CacheRuntime,
    private readonly resolver: RequestResolver,
    private readonly barrier: WriteBarrier,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    if (isUnsafe(request.method))
      return this.barrier.pass(context, request, http.getResponse<FastifyReply>(), next);
    const found = this.resolver.resolve(context);
    if (found === undefined) return next.handle();
    return found.route.answersItself
      ? this.passBy(found, next, 'not-cacheable')
      : from(this.read(found, next));
  }

  private async read(found: ResolvedRequest, next: CallHandler): Promise<unknown> {
    const { route, request, reply, directives, call, uncached } = found;
    const { noStore, noCache, onlyIfCached } = directives;
    if (onlyIfCached && (noCache || call === undefined)) throw new GatewayTimeoutException();
    if (call === undefined) return lastValueFrom(this.passBy(found, next, uncached));
    // With `only-if-cached` nothing is loaded, so nothing is stored either.
    if (noStore && !onlyIfCached) return lastValueFrom(this.passBy(found, next, 'bypass'));

    const load = new RouteLoad(route, reply, () => lastValueFrom(next.handle() as Observable<unknown>));
    const outcome = await askCache(this.runtime.cache, call, load, directives, request.method);
    const { value, source } = outcome;
    if (!(value instanceof Uncapturable)) {
      if (source !== 'load') load.undo();
      return sendCached(route, request, reply, { ...outcome, value }, noCache);
    }
    markUncached(route, reply, NOT_CACHEABLE_STATUS);
    // What is for one request alone cannot be shared: a request that joined somebody else's load runs the handler itself.
    return source === 'joined' ? load.handle() : value.value;
  }

  /** Answers as if there were no cache, and says why. */
  private passBy(
    { route, reply }: ResolvedRequest,
    next: CallHandler,
    reason: NotStored,
  ): Observable<unknown> {
    this.runtime.report({ type: 'not-stored', name: route.name, reason });
    markUncached(route, reply, bypassStatus(reason));
    return next.handle() as Observable<unknown>;
  }
}
