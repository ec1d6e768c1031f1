import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../common/errors/app-error.js';
import { challenge } from './challenge.js';
import { routeAccess } from './route-access.js';

/** Denies every route to requests without a verified token, and to principals without the route's role. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): true {
    const access = routeAccess(this.reflector, context);
    if (access.public) return true;
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const { principal } = request;
    if (principal === undefined) throw challenged(http.getResponse<FastifyReply>(), failureOf(request));
    if (access.roles !== undefined && !access.roles.some((role) => principal.roles.includes(role))) {
      const denied = new AppError('AUTH_FORBIDDEN', 'Your roles do not allow this.');
      throw challenged(http.getResponse<FastifyReply>(), denied);
    }
    return true;
  }
}

/** The failure the authenticating guard left. A request without one was never authenticated, and is as good as anonymous. */
function failureOf(request: FastifyRequest): unknown {
  return request.authFailure ?? new AppError('AUTH_TOKEN_MISSING', 'A bearer token is required.');
}

function challenged(reply: FastifyReply, error: unknown): unknown {
  const value = error instanceof AppError ? challenge(error) : undefined;
  if (value !== undefined) reply.header('www-authenticate', value);
  return error;
}
