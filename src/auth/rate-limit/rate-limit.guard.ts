import { Injectable, type ExecutionContext } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerLimitDetail } from '@nestjs/throttler';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../common/errors/app-error.js';
import { BoundedThrottlerStorage, callerKey } from './bounded-throttler-storage.js';

/** The throttler's metadata key of `@SkipThrottle()`, for its default name. */
const SKIP = 'THROTTLER:SKIPdefault';
const ALLOWED = Promise.resolve(true);

/**
 * Limits the requests of a caller over all routes together: of a principal where the token was verified, else of the
 * client's address (IPv6: its /64 network), so that guessing tokens is limited too. `@SkipThrottle()` exempts a route.
 */
@Injectable()
export class RateLimitGuard extends ThrottlerGuard {
  protected override headerPrefix = 'RateLimit';
  declare protected readonly storageService: BoundedThrottlerStorage;
  private readonly exempt = new WeakMap<object, boolean>();

  /**
   * A principal on a route without a limit of its own, which is nearly every request, is counted here and now: the
   * throttler asks for the same metadata anew each time, which cost more than a cached answer does.
   */
  override canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const { principal } = http.getRequest<FastifyRequest>();
    const [throttler] = this.throttlers;
    const { limit, ttl } = throttler ?? {};
    if (principal === undefined || typeof limit !== 'number' || typeof ttl !== 'number')
      return super.canActivate(context);
    if (limit === 0 || this.isExempt(context)) return ALLOWED;
    const { hits, allowed, seconds } = this.storageService.count(
      callerKey('subject', principal.subject),
      ttl,
      limit,
    );
    const reply = http.getResponse<FastifyReply>();
    reply
      .header('ratelimit-limit', limit)
      .header('ratelimit-remaining', Math.max(0, limit - hits))
      .header('ratelimit-reset', seconds);
    if (allowed) return ALLOWED;
    reply.header('retry-after', seconds);
    throw tooMany(limit);
  }

  private isExempt(context: ExecutionContext): boolean {
    const handler = context.getHandler();
    let exempt = this.exempt.get(handler);
    if (exempt === undefined) {
      exempt = this.reflector.getAllAndOverride<boolean>(SKIP, [handler, context.getClass()]) === true;
      this.exempt.set(handler, exempt);
    }
    return exempt;
  }

  protected override async getTracker(request: FastifyRequest): Promise<string> {
    if (request.principal !== undefined) return callerKey('subject', request.principal.subject);
    return callerKey('address', await super.getTracker(request));
  }

  /** One count a caller, where the throttler would keep one for each handler. */
  protected override generateKey(_context: ExecutionContext, caller: string): string {
    return caller;
  }

  /** `Retry-After` is set already when the throttler calls this. */
  protected override throwThrottlingException(
    context: ExecutionContext,
    detail: ThrottlerLimitDetail,
  ): Promise<never> {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    reply.headers({
      [`${this.headerPrefix}-Limit`]: detail.limit,
      [`${this.headerPrefix}-Remaining`]: 0,
      [`${this.headerPrefix}-Reset`]: detail.timeToExpire,
    });
    throw tooMany(detail.limit);
  }
}

function tooMany(limit: number): AppError {
  return new AppError('RATE_LIMITED', `At most ${limit} requests a minute are answered.`);
}
