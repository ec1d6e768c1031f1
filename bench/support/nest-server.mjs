// What the servers that are Nest applications have in common.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { fastifyOptions } from '../../dist/common/http/fastify-options.js';
import { logRequests } from '../../dist/common/http/request-log.js';
import { sendSecurityHeaders } from '../../dist/common/http/security-headers.js';
import { createLogger } from '../../dist/common/logging/logger.js';
import { AuthModule } from '../../dist/auth/auth.module.js';
import { ConfigModule, readConfig, withEngines } from '../../dist/config/index.js';
import { PrismaModule } from '../../dist/prisma/prisma.module.js';
import { UsersModule } from '../../dist/users/users.module.js';

/** Serves `metadata` as a module behind the same guards, limits, headers and log as Careline, and prints where. */
export async function serveGuarded({ imports = [], ...metadata }) {
  const config = withEngines(readConfig(process.env), {
    databaseUrl: process.env.DATABASE_URL,
    embeddedEngines: [],
  });
  const ours = [ConfigModule.forRoot(config), PrismaModule, AuthModule.forRoot(config), UsersModule];
  class BenchModule {}
  Reflect.decorate([Module({ imports: [...ours, ...imports], ...metadata })], BenchModule);
  const adapter = new FastifyAdapter(fastifyOptions(createLogger(config.logLevel)));
  const app = await NestFactory.create(BenchModule, adapter, { logger: false, bodyParser: false });
  app.setGlobalPrefix('api');
  sendSecurityHeaders(adapter.getInstance());
  logRequests(adapter.getInstance());
  await app.listen(0, '127.0.0.1');
  console.log(await app.getUrl());
}
