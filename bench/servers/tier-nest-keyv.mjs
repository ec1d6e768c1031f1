// Nest's CacheInterceptor with @keyv/dynamo, without guards.
import 'reflect-metadata';
import { CacheInterceptor, CacheModule } from '@nestjs/cache-manager';
import { Controller, Get, Module, UseInterceptors } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { createKeyv } from '@keyv/dynamo';
import { CONNECTION, countUnitsOf, loadRecord, serveCounts, TABLE } from '../support/tier-server.mjs';

const keyv = createKeyv({ ...CONNECTION, tableName: TABLE });
countUnitsOf(keyv.store.client);

class RecordController {
  record() {
    return loadRecord();
  }
}
const descriptor = Object.getOwnPropertyDescriptor(RecordController.prototype, 'record');
Reflect.decorate(
  [Get(':key'), UseInterceptors(CacheInterceptor)],
  RecordController.prototype,
  'record',
  descriptor,
);
Reflect.decorate([Controller('record')], RecordController);

class BenchModule {}
Reflect.decorate(
  [
    Module({
      imports: [CacheModule.register({ stores: [keyv], ttl: 3_600_000, isGlobal: true })],
      controllers: [RecordController],
    }),
  ],
  BenchModule,
);

const adapter = new FastifyAdapter();
const app = await NestFactory.create(BenchModule, adapter, { logger: false });
serveCounts(adapter.getInstance());
await app.listen(0, '127.0.0.1');
console.log(await app.getUrl());
