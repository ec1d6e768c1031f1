// A Fastify route that sends one buffer, with what every answer of Careline has to have: header fields, request id, a
// verified token, rate limit, one log line. What is left to the difference is Nest and the cache.
import { readFileSync } from 'node:fs';
import Fastify from 'fastify';
import { BoundedThrottlerStorage, callerKey } from '../../dist/auth/rate-limit/bounded-throttler-storage.js';
import { readBearerHeader } from '../../dist/auth/tokens/bearer-header.js';
import { CachingTokenVerifier } from '../../dist/auth/tokens/caching-token-verifier.js';
import { JwtTokenVerifier } from '../../dist/auth/tokens/jwt-token-verifier.js';
import { loadIssuerKey } from '../../dist/auth/local-issuer/issuer-key.js';
import { LocalIssuer } from '../../dist/auth/local-issuer/local-issuer.js';
import { fastifyOptions } from '../../dist/common/http/fastify-options.js';
import { logRequests } from '../../dist/common/http/request-log.js';
import { sendSecurityHeaders } from '../../dist/common/http/security-headers.js';
import { createLogger } from '../../dist/common/logging/logger.js';
import { readConfig } from '../../dist/config/index.js';

const HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  vary: 'authorization',
  'cache-control': 'private, no-cache',
  etag: '"vXZqLiwQaZUuzCJLWu51Dr2KHE7"',
  'cache-status': 'careline; hit; ttl=86400; detail=L1',
  age: 0,
};
const WINDOW_MS = 60_000;

const body = readFileSync(process.env.BENCH_RECORD);
const config = readConfig(process.env);
const { keys } = new LocalIssuer(await loadIssuerKey(config.dataDir), config.auth);
const verifier = new CachingTokenVerifier(new JwtTokenVerifier(keys, config.auth));
const storage = new BoundedThrottlerStorage();
const limit = config.rateLimitPerMinute;

const app = Fastify(fastifyOptions(createLogger(config.logLevel)));
sendSecurityHeaders(app);
logRequests(app);
app.get('/api/patients/:id', async (request, reply) => {
  const header = readBearerHeader(request.raw.rawHeaders);
  if (header.kind !== 'token') return reply.code(401).send();
  const { principal } = await verifier.verify(header.token);
  request.principal = principal;
  const { hits, allowed, seconds } = storage.count(callerKey('subject', principal.subject), WINDOW_MS, limit);
  if (!allowed) return reply.code(429).send();
  reply.headers({
    'ratelimit-limit': limit,
    'ratelimit-remaining': limit - hits,
    'ratelimit-reset': seconds,
  });
  return reply.headers(HEADERS).send(body);
});
console.log(await app.listen({ port: 0, host: '127.0.0.1' }));
