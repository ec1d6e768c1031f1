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
import { bypassStatus, NOT_CACHEABLE_STATUS } from './response/cache-status.js';
import { Uncapturable } from './response/capture-response.js';
import { requestDirectives } from './request/request-directives.js';
import type { RouteCall } from './routes/route-call.js';
import { RouteLoad } from './route-load.js';
import { Routes } from './routes/routes.js';
import { markUncached, sendCached } from './response/send-response.js';
import { WriteBarrier } from './write-barrier.js';

/** RFC 9110, section 9.2.1. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** A request of a cached route. */
interface Exchange {
  readonly route: RouteCall;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly next: CallHandler;
}

/**
 * Serves `@Cached` routes from the cache, and lets every unsafe request pass the barrier. It is the outermost
 * interceptor: what it keeps are the bytes that are sent.
 */
@Injectable()
export class CacheInterceptor implements NestInterceptor {
  constructor(
    @Inject(CacheRuntime) private readonly runtime: CacheRuntime,
    private readonly routes: Routes,
    private readonly barrier: WriteBarrier,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    if (!SAFE_METHODS.has(request.method))
      return this.barrier.pass(context.getHandler(), request, reply, next);
    // A handler of all methods is cached for these.
    if (request.method !== 'GET' && request.method !== 'HEAD') return next.handle();
    const route = this.routes.of(context);
    if (route === undefined) return next.handle();
    const exchange = { route, request, reply, next };
    return route.answersItself ? this.passBy(exchange, 'not-cacheable') : from(this.read(exchange));
  }

  private async read(exchange: Exchange): Promise<unknown> {
    const { route, request, reply, next } = exchange;
    const directives = requestDirectives(request.headers);
    const { noStore, noCache, onlyIfCached } = directives;
    const call = route.of(request, reply.getHeader('vary'));
    if (onlyIfCached && (noCache || typeof call === 'string')) throw new GatewayTimeoutException();
    if (typeof call === 'string') return lastValueFrom(this.passBy(exchange, call));
    // With `only-if-cached` nothing is loaded, so nothing is stored either.
    if (noStore && !onlyIfCached) return lastValueFrom(this.passBy(exchange, 'bypass'));

    const load = new RouteLoad(route, reply, () => lastValueFrom(next.handle() as Observable<unknown>));
    const outcome = await askCache(this.runtime.cache, call, load, directives, request.method);
    const { value, source } = outcome;
    if (!(value instanceof Uncapturable)) {
      if (source !== 'load') load.undo();
      return sendCached(route, request, reply, { ...outcome, value }, noCache);
    }
    markUncached(route, reply, NOT_CACHEABLE_STATUS);
    // What is for one request alone cannot be shared: who joined somebody else's load runs the handler itself.
    return source === 'joined' ? load.handle() : value.value;
  }

  /** Answers as if there were no cache, and says why. */
  private passBy({ route, reply, next }: Exchange, reason: NotStored): Observable<unknown> {
    this.runtime.report({ type: 'not-stored', name: route.name, reason });
    markUncached(route, reply, bypassStatus(reason));
    return next.handle() as Observable<unknown>;
  }
}
