import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../common/errors/app-error.js';
import { readBearerHeader } from '../tokens/bearer-header.js';
import { TokenVerifier, type VerifiedToken } from '../tokens/token-verifier.js';
import { routeAccess } from './route-access.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Why the request has no principal. */
    authFailure?: unknown;
    /** When the token of the principal expires, ms since the epoch: whatever outlives its request must end then. */
    tokenExpiresAtMs?: number;
  }
}

/**
 * Finds out who asks, and lets everybody pass: the rate limit counts requests by principal, those with a bad token
 * too, before the access guard denies. Tokens come from the `Authorization` header and from nowhere else.
 */
@Injectable()
export class AuthenticatingGuard implements CanActivate {
  constructor(
    @Inject(TokenVerifier) private readonly verifier: TokenVerifier,
    private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): true | Promise<true> {
    // Public routes work while the issuer's keys cannot be read, so they look at no token.
    if (routeAccess(this.reflector, context).public) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const header = readBearerHeader(request.raw.rawHeaders);
    if (header.kind !== 'token') {
      request.authFailure = header.kind === 'missing' ? missing() : malformed();
      return true;
    }
    const verified = this.verifier.verify(header.token);
    if (verified instanceof Promise) return settle(request, verified);
    signIn(request, verified);
    return true;
  }
}

function signIn(request: FastifyRequest, { principal, expiresAtMs }: VerifiedToken): void {
  request.principal = principal;
  request.tokenExpiresAtMs = expiresAtMs;
}

async function settle(request: FastifyRequest, verified: Promise<VerifiedToken>): Promise<true> {
  try {
    signIn(request, await verified);
  } catch (error) {
    request.authFailure = error;
  }
  return true;
}

function missing(): AppError {
  return new AppError('AUTH_TOKEN_MISSING', 'Send a token as "Authorization: Bearer <token>".');
}

function malformed(): AppError {
  return new AppError('AUTH_TOKEN_INVALID', 'The Authorization header does not hold one signed token.');
}
