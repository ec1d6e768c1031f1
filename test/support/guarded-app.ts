import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AuthModule } from '../../src/auth/auth.module.js';
import { ProblemFilter } from '../../src/common/errors/problem.filter.js';
import { fastifyOptions } from '../../src/common/http/fastify-options.js';
import { createLogger } from '../../src/common/logging/logger.js';
import { NestLogger } from '../../src/common/logging/nest-logger.js';
import { readConfig } from '../../src/config/index.js';
import { AUDIENCE, ISSUER } from './identity-provider.js';

export interface GuardedApp {
  readonly url: string;
  /** Every line logged so far, at level trace. */
  readonly logs: readonly string[];
  close(): Promise<void>;
}

/** Nothing but `controllers` behind the guards of the service, for tokens of the identity provider at `jwksUri`. */
export async function startGuardedApp(
  controllers: Type[],
  jwksUri: string,
  environment: Record<string, string> = {},
): Promise<GuardedApp> {
  const config = readConfig({
    NODE_ENV: 'test',
    AUTH_ISSUER: ISSUER,
    AUTH_AUDIENCE: AUDIENCE,
    AUTH_JWKS_URI: jwksUri,
    RATE_LIMIT_PER_MINUTE: '0',
    ...environment,
  });
  @Module({ imports: [AuthModule.forRoot(config)], controllers })
  class GuardedModule {}

  const logs: string[] = [];
  const logger = createLogger('trace', { write: (line) => logs.push(line) });
  const app = await NestFactory.create<NestFastifyApplication>(
    GuardedModule,
    new FastifyAdapter(fastifyOptions(logger)),
    { logger: new NestLogger(logger), abortOnError: false },
  );
  app.useGlobalFilters(new ProblemFilter());
  await app.listen(0, '127.0.0.1');
  const { port } = new URL(await app.getUrl());
  return { url: `http://127.0.0.1:${port}`, logs, close: () => app.close() };
}
