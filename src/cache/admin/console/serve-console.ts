import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { loadAssets, type Asset } from './console-assets.js';

/**
 * Nothing from elsewhere, nothing inline, and no text that becomes markup (trusted types): what a route or a tag is
 * called cannot become code.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

export interface ConsoleOptions {
  /** Whether the page offers tokens of the development issuer. */
  readonly developmentTokens: boolean;
}

/**
 * Serves the console at `/cache`: a page without data, for everybody. It reads `/api/cache/*` with the token that its
 * user gives it, and those routes ask who that is.
 */
export function serveConsole(fastify: FastifyInstance, options: ConsoleOptions): void {
  for (const asset of loadAssets(options)) {
    fastify.get(asset.path, (request, reply) => send(asset, request, reply));
  }
}

/** The browser asks every time, and is told to use what it has: a new release never meets old parts of the page. */
function send(
  { body, contentType, etag }: Asset,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  reply
    .header('content-security-policy', CONTENT_SECURITY_POLICY)
    .header('cache-control', 'no-cache')
    .header('etag', etag);
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  return reply.header('content-type', contentType).send(body);
}
