import {
  GatewayTimeoutException,
  Inject,
  Injectable,
  ServiceUnavailableException,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import type { CacheOutcome } from '../cache-call.js';
import { CacheError } from '../errors.js';
import { CacheRuntime } from './cache-runtime.js';
import { cacheStatus } from './cache-status.js';
import type { CachedResponse } from './cached-response.js';
import { captureResponse, recaptureResponse, Uncapturable } from './capture-response.js';
import { matches } from './if-none-match.js';
import { requestDirectives } from './request-directives.js';
import type { RouteCall } from './route-call.js';
import { Routes } from './routes.js';
import { WriteBarrier } from './write-barrier.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * Serves `@Cached` routes from the cache, and holds back the answer of every unsafe request until this instance can no
 * longer overlook what it changed. It is the outermost interceptor: what it keeps are the bytes that are sent.
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
    const route = this.routes.of(context);
    return route === undefined ? next.handle() : from(this.read(route, request, reply, next));
  }

  private async read(
    route: RouteCall,
    request: FastifyRequest,
    reply: FastifyReply,
    next: CallHandler,
  ): Promise<unknown> {
    const handle = () => lastValueFrom(next.handle() as Observable<unknown>, { defaultValue: undefined });
    const { noStore, noCache, onlyIfCached } = requestDirectives(request.headers);
    const call = noStore ? 'bypass' : route.of(request);
    if (typeof call === 'string') {
      this.runtime.report({ type: 'not-stored', name: route.name, reason: call });
      reply
        .header('cache-status', `careline; fwd=bypass; detail=${call}`)
        .header('cache-control', 'private, no-store');
      return handle();
    }
    const mode = onlyIfCached ? 'only-if-cached' : noCache ? 'reload' : undefined;
    const outcome = await this.ask(() =>
      this.runtime.cache.getOrLoad({ ...call, mode }, async (again) => {
        if (again) return recaptureResponse(await handle());
        const before = reply.getHeaders();
        return captureResponse(await handle(), reply, before);
      }),
    );
    if (outcome.value instanceof Uncapturable) {
      reply.header('cache-status', 'careline; fwd=miss; detail=not-cacheable');
      // What cannot be captured cannot be shared either: who joined somebody else's load runs the handler itself.
      return outcome.source === 'joined' ? handle() : outcome.value.value;
    }
    return send(route, request, reply, outcome as CacheOutcome<CachedResponse>, noCache);
  }

  private async ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      if (error instanceof CacheError && error.code === 'CACHE_NOT_CACHED')
        throw new GatewayTimeoutException();
      if (error instanceof CacheError) throw new ServiceUnavailableException(undefined, { cause: error });
      throw error;
    }
  }
}

/** Sets the reply's head from `outcome`, and gives its bytes to Nest; undefined for 304. */
function send(
  route: RouteCall,
  request: FastifyRequest,
  reply: FastifyReply,
  outcome: CacheOutcome<CachedResponse>,
  reloaded: boolean,
): Buffer | undefined {
  const { status, headers, body, etag } = outcome.value;
  reply.header('cache-control', route.cacheControl).header('vary', route.varyHeader);
  for (const name in headers) reply.header(name, headers[name]);
  reply.header('cache-status', cacheStatus(outcome, reloaded));
  if (outcome.source !== 'load') reply.header('age', Math.floor(outcome.ageMs / 1000));
  if (status !== 200) {
    reply.status(status);
    return body;
  }
  reply.header('etag', etag);
  if (!matches(request.headers['if-none-match'], etag)) {
    reply.status(200);
    return body;
  }
  reply.status(304).removeHeader('content-type');
  return undefined;
}
