// The record of a patient from PostgreSQL by Prisma at every request, behind the same guards, limits, headers and log as Careline.
import 'reflect-metadata';
import { Controller, Get, Inject, Param } from '@nestjs/common';
import { PatientsRepository } from '../../dist/patients/postgres/patients.repository.js';
import { PatientsService } from '../../dist/patients/patients.service.js';
import { serveGuarded } from '../support/nest-server.mjs';

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

await serveGuarded({
  controllers: [RecordController],
  providers: [PatientsRepository, PatientsService],
});
