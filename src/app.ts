import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { AppModule } from './app.module.js';
import { serveConsole } from './cache/index.js';
import { ProblemFilter } from './common/errors/problem.filter.js';
import { validationPipe } from './common/errors/validation-problem.js';
import { limitBodies } from './common/http/body-limit.js';
import { drainOnClose } from './common/http/drain.js';
import { fastifyOptions } from './common/http/fastify-options.js';
import { logRequests } from './common/http/request-log.js';
import { sendSecurityHeaders } from './common/http/security-headers.js';
import { createLogger } from './common/logging/logger.js';
import { NestLogger } from './common/logging/nest-logger.js';
import type { ServiceConfig } from './config/index.js';
import { serveOpenApi } from './openapi.js';

/**
 * Builds the service, ready to listen. It starts no engine and applies no migration.
 * @param logger where the service logs; by default JSON lines on standard output
 * @param options `pages`: false leaves out Swagger UI and the console, whose files not every deployment has
 */
export async function createApp(
  config: ServiceConfig,
  logger: Logger = createLogger(config.logLevel),
  { pages = true } = {},
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter(fastifyOptions(logger));
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.forRoot(config), adapter, {
    logger: new NestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  const fastify: FastifyInstance = adapter.getInstance();
  acceptOnlyJson(fastify);
  limitBodies(fastify);
  sendSecurityHeaders(fastify);
  logRequests(fastify);
  drainOnClose(fastify);
  app.setGlobalPrefix('api', { exclude: ['health/{*path}', 'metrics'] });
  app.useGlobalPipes(validationPipe());
  app.useGlobalFilters(new ProblemFilter());
  serveOpenApi(app, pages);
  if (pages) serveConsole(fastify, { developmentTokens: config.auth.jwksUri === undefined });
  return app;
}

/** Bodies are JSON (RFC 8259), for PATCH also JSON Merge Patch (RFC 7396), whose semantics ours are. */
function acceptOnlyJson(fastify: FastifyInstance): void {
  fastify.removeContentTypeParser('text/plain');
  fastify.addContentTypeParser(
    'application/merge-patch+json',
    { parseAs: 'string' },
    fastify.getDefaultJsonParser('error', 'error'),
  );
}
