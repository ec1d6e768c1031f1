// The same guards, limits, headers and log as Careline, with Nest's own CacheInterceptor in memory around the same record.
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { CacheInterceptor, CacheModule } from '@nestjs/cache-manager';
import { Controller, Get, UseInterceptors } from '@nestjs/common';
import { serveGuarded } from '../support/nest-server.mjs';

const record = JSON.parse(readFileSync(process.env.BENCH_RECORD, 'utf8'));
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

await serveGuarded({
  imports: [CacheModule.register({ ttl: 3_600_000, isGlobal: true })],
  controllers: [RecordController],
});
