import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CacheRuntime } from './cache-runtime.js';
import { requestDirectives, type RequestDirectives } from './request/request-directives.js';
import type { CachedRoute, RouteCall } from './routes/cached-route.js';
import { Routes } from './routes.js';

/** A request of a cached route, with all that follows from its head. */
export type ResolvedRequest = RouteCall & {
  readonly route: CachedRoute;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly directives: RequestDirectives;
};

/**
 * Resolves requests of cached routes. A guard that could not answer one hands it on to the interceptor, which comes next, so
 * that it is resolved once: nothing that a key depends on changes in between.
 */
@Injectable()
export class RequestResolver {
  private readonly handedOn = new WeakMap<FastifyRequest, ResolvedRequest>();

  constructor(
    @Inject(CacheRuntime) private readonly runtime: CacheRuntime,
    private readonly routes: Routes,
  ) {}

  /**
   * For a guard: the request, where nothing comes between that guard and the interceptor. Elsewhere another guard may still
   * refuse it, or find out who asks.
   */
  resolveEarly(context: ExecutionContext): ResolvedRequest | undefined {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (request.method !== 'GET') return undefined;
    const route = this.routes.of(context);
    return route?.answersEarly === true ? this.resolved(route, request, context) : undefined;
  }

  /** Undefined when the request is none of a cached route. */
  resolve(context: ExecutionContext): ResolvedRequest | undefined {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const known = this.handedOn.get(request);
    if (known !== undefined) return known;
    // A handler of all methods is cached for these.
    if (request.method !== 'GET' && request.method !== 'HEAD') return undefined;
    const route = this.routes.of(context);
    return route && this.resolved(route, request, context);
  }

  /** For the next call of {@link resolve} with the same request. */
  handOn(resolved: ResolvedRequest): void {
    this.handedOn.set(resolved.request, resolved);
  }

  private resolved(route: CachedRoute, request: FastifyRequest, context: ExecutionContext): ResolvedRequest {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const directives = requestDirectives(request.headers);
    const principal = this.runtime.defaults.principalOf(request);
    const routeCall = route.resolve(request, principal, reply.getHeader('vary'));
    return { route, request, reply, directives, ...routeCall };
  }
}
