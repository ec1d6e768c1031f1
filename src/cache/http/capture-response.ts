import type { FastifyReply } from 'fastify';
import { entityTag, type CachedResponse } from './cached-response.js';

/** Something that a handler answered which cannot be kept: a stream, nothing at all, a reply that it sent itself. */
export class Uncapturable {
  constructor(readonly value: unknown) {}
}

const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT_TYPE = 'text/plain; charset=utf-8';

/** The header fields of a reply before its handler ran. */
export type HeadersBefore = ReturnType<FastifyReply['getHeaders']>;

/** Makes the bytes that will be sent out of what a handler returned, after all serialising interceptors. */
export function captureResponse(
  value: unknown,
  reply: FastifyReply,
  before: HeadersBefore,
): CachedResponse | Uncapturable {
  if (reply.sent || reply.raw.headersSent) return new Uncapturable(value);
  const encoded = encode(value);
  if (encoded === undefined) return new Uncapturable(value);
  const headers: Record<string, string> = { 'content-type': encoded.type };
  for (const [name, set] of Object.entries(reply.getHeaders())) {
    if (set !== undefined && set !== before[name])
      headers[name] = Array.isArray(set) ? set.join(', ') : String(set);
  }
  return { status: reply.statusCode, headers, body: encoded.body, etag: entityTag(encoded.body) };
}

/** What a handler answers when its request has long been answered, to be compared: the bytes, without a reply's head. */
export function recaptureResponse(value: unknown): CachedResponse | Uncapturable {
  const encoded = encode(value);
  if (encoded === undefined) return new Uncapturable(value);
  return { status: 200, headers: {}, body: encoded.body, etag: entityTag(encoded.body) };
}

function encode(value: unknown): { readonly body: Buffer; readonly type: string } | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return { body: Buffer.from(value), type: TEXT_TYPE };
  if (value instanceof Uint8Array) return { body: Buffer.from(value), type: 'application/octet-stream' };
  if (typeof value === 'object' && isStream(value)) return undefined;
  const json = JSON.stringify(value) as string | undefined;
  return json === undefined ? undefined : { body: Buffer.from(json), type: JSON_TYPE };
}

/** Node streams, web streams, and Nest's StreamableFile. */
function isStream(value: object): boolean {
  return 'pipe' in value || 'getReader' in value || 'getStream' in value;
}
