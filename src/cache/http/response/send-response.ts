import type { FastifyReply, FastifyRequest } from 'fastify';
import type { CacheOutcome } from '../../core/cache-call.js';
import { cacheStatus } from './cache-status.js';
import type { CachedResponse } from './cached-response.js';
import { matches } from '../request/if-none-match.js';
import { mergeVary } from './vary.js';

/** What a route says of the head of all its responses. */
export interface ResponsePolicy {
  /** What its responses vary on, beside what hooks and handlers say. */
  readonly varyHeader: string;
  /** `Cache-Control` of its responses; undefined: what else was said, or {@link DEFAULT_CACHE_CONTROL}. */
  readonly cacheControl: string | undefined;
}

/** For clinical data: clients may keep it, and ask each time whether it still holds. */
const DEFAULT_CACHE_CONTROL = 'private, no-cache';

/** A 304 describes no representation (RFC 9110, section 15.4.5). */
const OF_THE_REPRESENTATION = [
  'content-type',
  'content-encoding',
  'content-language',
  'content-disposition',
  'content-length',
  'last-modified',
];

/** Sets the reply's head from `outcome`, and gives its bytes to Nest; undefined for 304. */
export function sendCached(
  route: ResponsePolicy,
  request: FastifyRequest,
  reply: FastifyReply,
  outcome: CacheOutcome<CachedResponse>,
  reloaded: boolean,
): Buffer | undefined {
  const { headers, removed, body, etag } = outcome.value;
  for (const name of removed) reply.removeHeader(name);
  const vary = reply.getHeader('vary');
  for (const name in headers) if (name !== 'vary') reply.header(name, headers[name]);
  reply.header('vary', merged(vary, headers['vary'], route.varyHeader));
  if (!('cache-control' in headers)) setCacheControl(route, reply);
  reply.header('etag', etag).header('cache-status', cacheStatus(outcome, reloaded));
  if (outcome.source !== 'load' && outcome.source !== 'bypass')
    reply.header('age', Math.floor(outcome.ageMs / 1000));
  const ifNoneMatch = request.headers['if-none-match'];
  if (ifNoneMatch === undefined || !matches(ifNoneMatch, etag)) {
    reply.status(200);
    return body;
  }
  reply.status(304);
  // Fastify counts the bytes of an answer to HEAD: without them it would say that there are none.
  if (request.method === 'HEAD') return body;
  for (const name of OF_THE_REPRESENTATION) reply.removeHeader(name);
  return undefined;
}

/** The head of a response that the cache has no part in, as far as its route has not set it. */
export function markUncached(route: ResponsePolicy, reply: FastifyReply, cacheStatus: string): void {
  if (reply.sent || reply.raw.headersSent) return;
  reply
    .header('cache-status', cacheStatus)
    .header('vary', merged(reply.getHeader('vary'), undefined, route.varyHeader));
  if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'private, no-store');
}

function merged(
  vary: ReturnType<FastifyReply['getHeader']>,
  ofRoute: string | undefined,
  ours: string,
): string {
  return vary === undefined && ofRoute === undefined ? ours : mergeVary(vary, ofRoute, ours);
}

function setCacheControl(route: ResponsePolicy, reply: FastifyReply): void {
  if (route.cacheControl !== undefined) reply.header('cache-control', route.cacheControl);
  else if (!reply.hasHeader('cache-control')) reply.header('cache-control', DEFAULT_CACHE_CONTROL);
}
