import { Injectable, type ExecutionContext } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerLimitDetail } from '@nestjs/throttler';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../common/errors/app-error.js';
import { callerKey } from './bounded-throttler-storage.js';

/**
 * Limits the requests of a caller over all routes together: of a principal where the token was verified, else of the
 * client's address (IPv6: its /64 network), so that guessing tokens is limited too. `@SkipThrottle()` exempts a route.
 */
@Injectable()
export class RateLimitGuard extends ThrottlerGuard {
  protected override headerPrefix = 'RateLimit';

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
    throw new AppError('RATE_LIMITED', `At most ${detail.limit} requests a minute are answered.`);
  }
}
