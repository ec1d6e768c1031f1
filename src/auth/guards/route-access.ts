import type { ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import { IS_PUBLIC, REQUIRED_ROLES } from '../decorators.js';
import type { Role } from '../principal.js';

/** Whom a route lets in. `roles` absent: every principal. */
export type RouteAccess =
  { readonly public: true } | { readonly public: false; readonly roles: readonly Role[] | undefined };

/**
 * What `@Public` and `@Roles` say of a route. What stands on the handler counts before what stands on its class, and
 * on the same one `@Roles` counts before `@Public`: a route is open only where nothing says otherwise.
 */
export function routeAccess(reflector: Reflector, context: ExecutionContext): RouteAccess {
  for (const target of [context.getHandler(), context.getClass()]) {
    const roles = reflector.get<readonly Role[] | undefined>(REQUIRED_ROLES, target);
    if (roles !== undefined) return { public: false, roles };
    if (reflector.get<boolean | undefined>(IS_PUBLIC, target) === true) return { public: true };
  }
  return { public: false, roles: undefined };
}
