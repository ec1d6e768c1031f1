// The same guards, limits, headers and log as Careline, with Nest's own CacheInterceptor in memory around the same record.
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { CacheInterceptor, CacheModule } from '@nestjs/cache-manager';
import { Controller, Get, Module, UseInterceptors } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AuthModule } from '../../dist/auth/auth.module.js';
import { fastifyOptions } from '../../dist/common/http/fastify-options.js';
import { logRequests } from '../../dist/common/http/request-log.js';
import { sendSecurityHeaders } from '../../dist/common/http/security-headers.js';
import { createLogger } from '../../dist/common/logging/logger.js';
import { ConfigModule, readConfig, withEngines } from '../../dist/config/index.js';
import { PrismaModule } from '../../dist/prisma/prisma.module.js';
import { UsersModule } from '../../dist/users/users.module.js';

const record = JSON.parse(readFileSync(process.env.BENCH_RECORD, 'utf8'));
const config = withEngines(readConfig(process.env), {
  databaseUrl: process.env.DATABASE_URL,
  embeddedEngines: [],
});

class RecordController {
  record() {
    return record;
  }
}
const descriptor = Object.getOwnPropertyDescriptor(RecordController.prototype, 'record');
Reflect.decorate(
  [Get(':id'), UseInterceptors(CacheInterceptor)],
  RecordController.prototype,
  'record',
  descriptor,
);
Reflect.decorate([Controller('patients')], RecordController);

class BenchModule {}
Reflect.decorate(
  [
    Module({
      imports: [
        ConfigModule.forRoot(config),
        PrismaModule,
        AuthModule.forRoot(config),
        UsersModule,
        CacheModule.register({ ttl: 3_600_000, isGlobal: true }),
      ],
      controllers: [RecordController],
    }),
  ],
  BenchModule,
);

const adapter = new FastifyAdapter(fastifyOptions(createLogger(config.logLevel)));
const app = await NestFactory.create(BenchModule, adapter, { logger: false, bodyParser: false });
app.setGlobalPrefix('api');
sendSecurityHeaders(adapter.getInstance());
logRequests(adapter.getInstance());
await app.listen(0, '127.0.0.1');
console.log(await app.getUrl());
