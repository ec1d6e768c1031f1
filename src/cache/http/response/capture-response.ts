import type { FastifyReply } from 'fastify';
import { entityTag, type CachedResponse } from './cached-response.js';
import { hasPendingCookies } from '../framework/private-reply.js';
import { isEntityTag } from '../request/if-none-match.js';
import { directivesOf } from '../request/request-directives.js';
import type { HeadChanges, ReplyHead } from './reply-head.js';
import { bytesOf } from './response-bytes.js';
import { varyFields } from './vary.js';

/** Something that a handler answered which is not for others: to be sent as if there were no cache. */
export class Uncapturable {
  constructor(readonly value: unknown) {}
}

/** Of one connection, message, request or user, or made anew for each answer. */
const NOT_FOR_OTHERS: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
  ...['proxy-authenticate', 'proxy-authentication-info', 'www-authenticate', 'authentication-info'],
  ...['set-cookie', 'content-length', 'date', 'age', 'etag', 'cache-status', 'cache-versions'],
  ...['x-request-id', 'x-correlation-id', 'traceparent', 'tracestate', 'server-timing'],
]);

/**
 * Makes the bytes that will be sent, and the head that goes with them, out of what a handler returned, after all
 * serialising interceptors.
 * @param head of the reply as it was before the handler ran
 * @param isKeyed whether a request header field, in lower case, is part of the key
 */
export function captureResponse(
  value: unknown,
  reply: FastifyReply,
  head: ReplyHead,
  isKeyed: (field: string) => boolean,
): CachedResponse | Uncapturable {
  if (reply.sent || reply.raw.headersSent) return new Uncapturable(value);
  const changes = head.changes();
  if (
    reply.statusCode !== 200 ||
    reply.hasHeader('set-cookie') ||
    hasPendingCookies(reply) ||
    forbidsKeeping(changes, head, isKeyed)
  ) {
    return new Uncapturable(value);
  }
  const bytes = bytesOf(value, reply);
  if (bytes === undefined) return new Uncapturable(value);
  const type = reply.getHeader('content-type');
  const headers: Record<string, string> = { 'content-type': String(type ?? bytes.type) };
  for (const [name, set] of changes.set) if (!NOT_FOR_OTHERS.has(name)) headers[name] = set;
  // The route's own entity tag, if it has one: clients may send it back with a write.
  const own = changes.set.get('etag');
  const etag = own !== undefined && isEntityTag(own) ? own : entityTag(bytes.body);
  return { headers, removed: changes.removed, body: bytes.body, etag };
}

/** The handler itself says that nobody may keep it, or that it depends on what no key tells apart. */
function forbidsKeeping({ set }: HeadChanges, head: ReplyHead, isKeyed: (field: string) => boolean): boolean {
  if (directivesOf(set.get('cache-control') ?? '').includes('no-store')) return true;
  const before = varyFields(head.had('vary'));
  return varyFields(set.get('vary')).some((field) => !before.includes(field) && !isKeyed(field));
}
