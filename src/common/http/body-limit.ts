import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, RouteOptions } from 'fastify';

const KIBIBYTE = 1_024;

/** Of routes that state nothing: room for a handle, an id or a tag, however it is escaped. */
export const DEFAULT_BODY_LIMIT_BYTES = 4 * KIBIBYTE;

/**
 * The largest body that a route takes; a larger one is refused with 413, before it is read where it says its length. JSON
 * may write a character in 12 bytes (`\ud83d\ude4f`): a test holds that a body with every field at its longest, written
 * so, still fits.
 */
export const BodyLimit = (kibibytes: number) => RouteConfig({ bodyLimit: kibibytes * KIBIBYTE });

/** Makes routes that are added from now on keep to their {@link BodyLimit}. */
export function limitBodies(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route: RouteOptions) => {
    const { bodyLimit } = (route.config ?? {}) as { bodyLimit?: number };
    if (bodyLimit !== undefined) route.bodyLimit = bodyLimit;
  });
}
