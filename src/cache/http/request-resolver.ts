import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CacheRuntime } from './cache-runtime.js';
import { NO_DIRECTIVES, requestDirectives, type RequestDirectives } from './request/request-directives.js';
import type { CachedRoute, RouteCall } from './routes/cached-route.js';
import { Routes } from './routes.js';

/** A request of a cached route, with all that follows from its head. */
export interface ResolvedRequest {
  readonly route: CachedRoute;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly directives: RequestDirectives;
  readonly resolved: RouteCall;
}

/**
 * Resolves each request once. A guard that could not answer it leaves what it found to the interceptor, which comes next:
 * nothing that a key depends on changes in between.
 */
@Injectable()
export class RequestResolver {
  private readonly left = new WeakMap<FastifyRequest, ResolvedRequest>();

  constructor(
    @Inject(CacheRuntime) private readonly runtime: CacheRuntime,
    private readonly routes: Routes,
  ) {}

  /** Undefined when the request is none of a cached route. */
  resolve(context: ExecutionContext): ResolvedRequest | undefined {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const known = this.left.get(request);
    if (known !== undefined) return known;
    // A handler of all methods is cached for these.
    if (request.method !== 'GET' && request.method !== 'HEAD') return undefined;
    const route = this.routes.of(context);
    if (route === undefined) return undefined;
    const reply = http.getResponse<FastifyReply>();
    const { headers } = request;
    const isPlain = headers['cache-control'] === undefined && headers.pragma === undefined;
    const directives = isPlain ? NO_DIRECTIVES : requestDirectives(headers);
    const principal = this.runtime.defaults.principalOf(request);
    const resolved = route.resolve(request, principal, reply.getHeader('vary'));
    return { route, request, reply, directives, resolved };
  }

  /** For the next call of {@link resolve} with the same request. */
  leave(resolved: ResolvedRequest): void {
    this.left.set(resolved.request, resolved);
  }
}
