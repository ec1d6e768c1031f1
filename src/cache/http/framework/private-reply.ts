import type { FastifyReply } from 'fastify';

/** The symbol under which replies have their route's context; Fastify does not export it. */
let contextSymbol: symbol | undefined;

/**
 * Whether `preSerialization` hooks would see the value: they may hide fields, and cannot be run from here. Where that
 * cannot be found out, they are taken to be there.
 */
export function hasPreSerialization(reply: FastifyReply): boolean {
  contextSymbol ??= symbolNamed(reply, 'fastify.context');
  if (contextSymbol === undefined) return true;
  const context = (reply as unknown as Record<symbol, { preSerialization?: unknown } | undefined>)[
    contextSymbol
  ];
  return context?.preSerialization !== null;
}

/** Whether a hook of @fastify/cookie will set a cookie only when the response is sent. */
export function hasPendingCookies(reply: FastifyReply): boolean {
  const symbol = symbolNamed(reply, 'fastify.reply.setCookies');
  const pending = symbol && (reply as unknown as Record<symbol, unknown>)[symbol];
  return pending instanceof Map && pending.size > 0;
}

/** A symbol that `object` has as a key, of its own or inherited. */
function symbolNamed(object: object, description: string): symbol | undefined {
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const found = Object.getOwnPropertySymbols(at).find((symbol) => symbol.description === description);
    if (found !== undefined) return found;
  }
  return undefined;
}
