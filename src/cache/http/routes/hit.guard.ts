import { Inject, Injectable, Optional, type CanActivate, type ExecutionContext } from '@nestjs/common';

/** Answers requests from this process's memory. */
export interface HitResponder {
  /** Whether the request of `context` was answered. */
  answer(context: ExecutionContext): boolean;
}

export const HitResponder = Symbol('HitResponder');

/**
 * The last guard of a cached route: it answers whatever all other guards let in from this process's memory, where that
 * takes no waiting. Everything else is left to the interceptor, which comes after it: what Nest does between its guards
 * and its answer (RxJS, and a promise at every step) costs more than a hit.
 */
@Injectable()
export class HitGuard implements CanActivate {
  /** @param responder undefined where an application has no cache */
  constructor(@Optional() @Inject(HitResponder) private readonly responder?: HitResponder) {}

  canActivate(context: ExecutionContext): true | Promise<never> {
    // An answered request must go no further, and has nothing that Nest could wait for. The promise is not shared: one
    // that never settles would keep everything that ever waited for it.
    return this.responder?.answer(context) === true ? new Promise(() => undefined) : true;
  }
}
