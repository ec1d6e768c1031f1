import { StreamableFile } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

export interface ResponseBytes {
  readonly body: Buffer;
  /** The media type that Fastify sends where the route named none. */
  readonly type: string;
}

/**
 * The bytes that Fastify would send for what a handler returned. Undefined where they cannot be had, or are not for
 * others: streams, errors, nothing at all, and whatever hooks behind us would still change.
 */
export function bytesOf(value: unknown, reply: FastifyReply): ResponseBytes | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return { body: Buffer.from(value), type: 'text/plain; charset=utf-8' };
  if (ArrayBuffer.isView(value)) {
    const view = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    // A copy: the handler may go on writing into its own.
    return { body: Buffer.from(view), type: 'application/octet-stream' };
  }
  if (typeof value === 'object' && isNotForOthers(value)) return undefined;
  if (hasPreSerialization(reply)) return undefined;
  const body = serialized(value, reply);
  return body === undefined ? undefined : { body, type: 'application/json; charset=utf-8' };
}

/** By the reply's own serializer: a response schema, or one that the route set, may leave fields out. */
function serialized(value: unknown, reply: FastifyReply): Buffer | undefined {
  try {
    const text: unknown = reply.serialize(value);
    if (typeof text === 'string') return Buffer.from(text);
    return text instanceof Uint8Array ? Buffer.from(text) : undefined;
  } catch {
    // Fastify answers it with its own error.
    return undefined;
  }
}

function isNotForOthers(value: object): boolean {
  if (isStream(value) || value instanceof Error) return true;
  // Nest sends a stream that an interceptor put into an object, such as `{ data: stream }`.
  return Object.values(value).some(
    (item: unknown) => typeof item === 'object' && item !== null && isStream(item),
  );
}

/** Node and web streams, generators, web responses, and Nest's StreamableFile. */
function isStream(value: object): boolean {
  return (
    value instanceof StreamableFile ||
    'pipe' in value ||
    'getReader' in value ||
    Symbol.asyncIterator in value ||
    Object.prototype.toString.call(value) === '[object Response]'
  );
}

/** The symbol under which replies have their route's context; Fastify does not export it. */
let contextSymbol: symbol | undefined;

/**
 * Whether `preSerialization` hooks would see the value: they may hide fields, and cannot be run from here. Where that
 * cannot be found out, they are taken to be there.
 */
function hasPreSerialization(reply: FastifyReply): boolean {
  contextSymbol ??= symbolNamed(reply, 'fastify.context');
  if (contextSymbol === undefined) return true;
  const context = (reply as unknown as Record<symbol, { preSerialization?: unknown } | undefined>)[
    contextSymbol
  ];
  return context?.preSerialization !== null;
}

/** A symbol that `object` has as a key, of its own or inherited. */
export function symbolNamed(object: object, description: string): symbol | undefined {
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const found = Object.getOwnPropertySymbols(at).find((symbol) => symbol.description === description);
    if (found !== undefined) return found;
  }
  return undefined;
}
