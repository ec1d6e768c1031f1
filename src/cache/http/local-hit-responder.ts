import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { CacheRuntime } from './cache-runtime.js';
import { RequestResolver, type ResolvedRequest } from './request-resolver.js';
import { NO_DIRECTIVES } from './request/request-directives.js';
import { Uncapturable } from './response/capture-response.js';
import { sendCached } from './response/send-response.js';
import type { HitResponder } from './routes/hit.guard.js';

/** Answers plain GET requests whose response is in this process's memory, and needs nobody to be asked. */
@Injectable()
export class LocalHitResponder implements HitResponder {
  constructor(
    @Inject(CacheRuntime) private readonly runtime: CacheRuntime,
    private readonly resolver: RequestResolver,
  ) {}

  answer(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return false;
    const found = this.resolver.resolve(context);
    if (found?.route.answersEarly !== true) return false;
    if (this.respond(found)) return true;
    this.resolver.leave(found);
    return false;
  }

  private respond({ route, request, reply, directives, resolved }: ResolvedRequest): boolean {
    if (request.method !== 'GET' || directives !== NO_DIRECTIVES || resolved.call === undefined) return false;
    const outcome = this.runtime.cache.hitAtOnce(resolved.call);
    if (outcome === undefined || outcome.value instanceof Uncapturable) return false;
    void reply.send(sendCached(route, request, reply, { ...outcome, value: outcome.value }, false));
    return true;
  }
}
