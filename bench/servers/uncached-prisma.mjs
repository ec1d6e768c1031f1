// The record of a patient from PostgreSQL by Prisma at every request, behind the same guards, limits, headers and log as Careline.
import 'reflect-metadata';
import { Controller, Get, Inject, Module, Param } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AuthModule } from '../../dist/auth/auth.module.js';
import { fastifyOptions } from '../../dist/common/http/fastify-options.js';
import { logRequests } from '../../dist/common/http/request-log.js';
import { sendSecurityHeaders } from '../../dist/common/http/security-headers.js';
import { createLogger } from '../../dist/common/logging/logger.js';
import { ConfigModule, readConfig, withEngines } from '../../dist/config/index.js';
import { PatientsRepository } from '../../dist/patients/patients.repository.js';
import { PatientsService } from '../../dist/patients/patients.service.js';
import { PrismaModule } from '../../dist/prisma/prisma.module.js';
import { UsersModule } from '../../dist/users/users.module.js';

const config = withEngines(readConfig(process.env), {
  databaseUrl: process.env.DATABASE_URL,
  embeddedEngines: [],
});

class RecordController {
  constructor(patients) {
    this.patients = patients;
  }
  record(id) {
    return this.patients.record(id);
  }
}
const descriptor = Object.getOwnPropertyDescriptor(RecordController.prototype, 'record');
Reflect.decorate([Get(':id')], RecordController.prototype, 'record', descriptor);
Param('id')(RecordController.prototype, 'record', 0);
Inject(PatientsService)(RecordController, undefined, 0);
Reflect.decorate([Controller('patients')], RecordController);

class BenchModule {}
Reflect.decorate(
  [
    Module({
      imports: [ConfigModule.forRoot(config), PrismaModule, AuthModule.forRoot(config), UsersModule],
      controllers: [RecordController],
      providers: [PatientsRepository, PatientsService],
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
