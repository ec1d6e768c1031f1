import type { Type } from '@nestjs/common';
import {
  GUARDS_METADATA,
  HEADERS_METADATA,
  REDIRECT_METADATA,
  RENDER_METADATA,
  RESPONSE_PASSTHROUGH_METADATA,
  ROUTE_ARGS_METADATA,
  RouteParamtypes,
  SSE_METADATA,
} from '@nestjs/common/internal';
import type { Handler } from './discovered-routes.js';

/** What `handler` is called in its class; a decorator that wraps it may have taken its own name away. */
export function methodName(controller: Type, handler: Handler): string {
  let at = controller.prototype as object | null;
  for (; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const own = Object.entries(Object.getOwnPropertyDescriptors(at));
    const [name] = own.find(([, { value }]) => value === handler) ?? [];
    if (name !== undefined) return name;
  }
  return handler.name;
}

/**
 * Whether what `handler` returns is not what is sent: it redirects, renders a template, sends events, or sends its
 * response by itself (`@Res()` without `passthrough`). Bytes given to Nest in its place would be lost.
 */
export function answersItself(controller: Type, handler: Handler): boolean {
  if ([REDIRECT_METADATA, RENDER_METADATA, SSE_METADATA].some((key) => Reflect.hasMetadata(key, handler)))
    return true;
  const name = methodName(controller, handler);
  if (Reflect.getMetadata(RESPONSE_PASSTHROUGH_METADATA, controller, name) === true) return false;
  const args = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {}) as object;
  return Object.keys(args).some((key) => SENDING_PARAMETERS.includes(Number(key.split(':')[0])));
}

const SENDING_PARAMETERS: readonly number[] = [RouteParamtypes.RESPONSE, RouteParamtypes.NEXT];

/**
 * Whether a guard whose class has `mark` is the last step before `handler`'s interceptors: no guard comes after it, and
 * there is no `@Header`, which Nest sets after the guards.
 */
export function endsWithGuard(mark: symbol, handler: Handler): boolean {
  const guards = (Reflect.getMetadata(GUARDS_METADATA, handler) ?? []) as readonly object[];
  const last = guards.at(-1);
  return last !== undefined && mark in last && !Reflect.hasMetadata(HEADERS_METADATA, handler);
}
