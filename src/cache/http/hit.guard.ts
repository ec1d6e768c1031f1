import { Inject, Injectable, Optional, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { CacheRuntime } from './cache-runtime.js';
import { RequestResolver, type ResolvedRequest } from './request-resolver.js';
import { NO_DIRECTIVES } from './request/request-directives.js';
import { Uncapturable } from './response/capture-response.js';
import { ANSWERS_HITS } from './routes/cached-declaration.js';
import { sendCached } from './response/send-response.js';

/**
 * The last guard of a cached route: it answers plain GET requests that all other guards let in, from this process's memory,
 * where that takes no waiting. Everything else is left to the interceptor, which comes after it: what Nest does between its
 * guards and its answer (RxJS, and a promise at every step) costs more than a hit.
 */
@Injectable()
export class HitGuard implements CanActivate {
  static readonly [ANSWERS_HITS] = true;

  /** Both undefined where an application has no cache. */
  constructor(
    @Optional() @Inject(CacheRuntime) private readonly runtime?: CacheRuntime,
    @Optional() @Inject(RequestResolver) private readonly resolver?: RequestResolver,
  ) {}

  canActivate(context: ExecutionContext): true | Promise<never> {
    const found = context.getType() === 'http' ? this.resolver?.resolveEarly(context) : undefined;
    if (found === undefined) return true;
    // An answered request must go no further, and has nothing that Nest could wait for. The promise is not shared: one
    // that never settles would keep everything that ever waited for it.
    if (this.answer(found)) return new Promise(() => undefined);
    this.resolver?.handOn(found);
    return true;
  }

  /** @returns whether the request was answered */
  private answer({ route, request, reply, directives, call }: ResolvedRequest): boolean {
    if (directives !== NO_DIRECTIVES || call === undefined) return false;
    const outcome = this.runtime?.cache.hitAtOnce(call);
    if (outcome === undefined || outcome.value instanceof Uncapturable) return false;
    void reply.send(sendCached(route, request, reply, { ...outcome, value: outcome.value }, false));
    return true;
  }
}
