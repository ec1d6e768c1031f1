import { Inject, Injectable, Optional, type CanActivate, type ExecutionContext } from '@nestjs/common';

/** Answers requests from this process's memory. */
export interface Hits {
  /** Whether the request of `context` was answered. */
  answer(context: ExecutionContext): boolean;
}

export const Hits = Symbol('Hits');

/**
 * The last guard of a cached route: whom all others let in, it answers from this process's memory, if that takes no
 * waiting. It does what the interceptor would do, which comes after it and does the rest: what Nest does between its guards
 * and its answer (RxJS, and a promise at every step) costs more than a hit.
 */
@Injectable()
export class HitGuard implements CanActivate {
  /** @param hits undefined where an application has no cache */
  constructor(@Optional() @Inject(Hits) private readonly hits?: Hits) {}

  canActivate(context: ExecutionContext): true | Promise<never> {
    // An answered request must go no further, and has nothing that Nest could wait for. The promise is not shared: one
    // that never settles would keep everything that ever waited for it.
    return this.hits?.answer(context) === true ? new Promise(() => undefined) : true;
  }
}
