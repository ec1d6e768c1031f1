import { StreamableFile } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { hasPreSerialization } from '../framework/private-reply.js';

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
