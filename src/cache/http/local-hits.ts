import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CacheRuntime } from './cache-runtime.js';
import { Uncapturable } from './response/capture-response.js';
import type { Hits } from './hit.guard.js';
import { NO_DIRECTIVES, requestDirectives } from './request/request-directives.js';
import { Routes } from './routes/routes.js';
import { sendCached } from './response/send-response.js';

/** Answers plain GET requests whose response is in this process's memory, and needs nobody to be asked. */
@Injectable()
export class LocalHits implements Hits {
  constructor(
    @Inject(CacheRuntime) private readonly runtime: CacheRuntime,
    private readonly routes: Routes,
  ) {}

  answer(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return false;
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    if (request.method !== 'GET') return false;
    const route = this.routes.of(context);
    if (route?.answersEarly !== true || requestDirectives(request.headers) !== NO_DIRECTIVES) return false;
    const reply = http.getResponse<FastifyReply>();
    const call = route.of(request, reply.getHeader('vary'));
    if (typeof call === 'string') return false;
    const outcome = this.runtime.cache.hitAtOnce(call);
    if (outcome === undefined || outcome.value instanceof Uncapturable) return false;
    void reply.send(sendCached(route, request, reply, { ...outcome, value: outcome.value }, false));
    return true;
  }
}
