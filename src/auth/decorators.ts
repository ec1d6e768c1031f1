import { createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Principal, Role } from './principal.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before any handler of a route that is not public. */
    principal?: Principal;
  }
}

export const IS_PUBLIC = 'careline:public';
export const REQUIRED_ROLES = 'careline:roles';

/** Marks a route that needs no token. Every other route refuses requests without one. */
export const Public = () => SetMetadata(IS_PUBLIC, true);

/** Restricts a route to principals that have at least one of `roles`; without it any signed-in principal may call. */
export const Roles = (...roles: Role[]) => SetMetadata(REQUIRED_ROLES, roles);

/** The principal of the request. Only on routes that are not public. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<FastifyRequest>();
  if (principal === undefined) throw new TypeError('CurrentPrincipal on a public route');
  return principal;
});
