import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AnnouncesVersions, Cached } from '../cache/index.js';
import { Roles } from '../auth/decorators.js';
import { ApiCursorQuery, ApiOptionalQuery } from '../common/api-optional-query.js';
import { ApiProblems, BODY_PROBLEMS, PROTECTED_ROUTE_PROBLEMS } from '../common/errors/api-problems.js';
import type { Page } from '../common/pagination.js';
import { BodyLimit } from '../common/http/body-limit.js';
import { Creates } from './created-location.interceptor.js';
import { PatientParams } from './dto/params.dto.js';
import { PatientRecord } from './dto/patient-record.dto.js';
import { NewPatient, Patient, PatientPage, PatientPatch, PatientQuery } from './dto/patient.dto.js';
import { PATIENTS_TAG, patientTag } from './cache-tags.js';
import { CARE_ROLES, ReadableByPatient } from './own-record.guard.js';
import { PatientsService } from './patients.service.js';

const BODY_LIMIT_KIB = 16;

/** Patients and their aggregated records. */
@ApiTags('patients')
@ApiBearerAuth('bearer')
@ApiProblems(...PROTECTED_ROUTE_PROBLEMS, 'AUTH_FORBIDDEN')
@Roles(...CARE_ROLES)
@Controller('patients')
export class PatientsController {
  constructor(private readonly patients: PatientsService) {}

  @Get()
  @Cached({ scope: 'shared', query: ['limit', 'cursor', 'name'], tags: () => [PATIENTS_TAG] })
  @ApiOperation({
    summary: 'List or search patients',
    description:
      'Patients by family name, then given name, without regard to case and accents. Clinicians and admins.',
  })
  @ApiCursorQuery()
  @ApiOptionalQuery('name', 'Beginnings of words of the name', 'jose gar')
  @ApiOkResponse({ description: 'A page of patients.', standardSchema: PatientPage })
  @ApiProblems('REQUEST_INVALID')
  list(@Query({ schema: PatientQuery }) query: PatientQuery): Promise<Page<Patient>> {
    return this.patients.list(query);
  }

  @Post()
  @BodyLimit(BODY_LIMIT_KIB)
  @AnnouncesVersions<Patient>((_, patient) => [patientTag(patient.id), PATIENTS_TAG])
  @ApiOperation({
    summary: 'Create a patient',
    description: 'The service makes the id. Clinicians and admins.',
  })
  @Creates('The patient was created.', Patient)
  @ApiProblems(...BODY_PROBLEMS, 'ENTITY_UNPROCESSABLE')
  create(@Body({ schema: NewPatient }) patient: NewPatient): Promise<Patient> {
    return this.patients.create(patient);
  }

  @Get(':id')
  @Cached<PatientParams>({
    scope: 'shared',
    tags: ({ params }) => [patientTag(params.id)],
    staleIfError: '1h',
  })
  @ReadableByPatient()
  @ApiOperation({
    summary: 'Read the record of a patient',
    description:
      'The personal data with all exams and medications, newest first, as they were at one moment. Clinicians and ' +
      'admins read every record, a patient reads their own.',
  })
  @ApiOkResponse({ description: 'The record.', standardSchema: PatientRecord })
  @ApiProblems('REQUEST_INVALID', 'PATIENT_NOT_FOUND')
  record(@Param({ schema: PatientParams }) { id }: PatientParams): Promise<PatientRecord> {
    return this.patients.record(id);
  }

  @Patch(':id')
  @BodyLimit(BODY_LIMIT_KIB)
  @AnnouncesVersions<unknown, PatientParams>(({ params }) => [patientTag(params.id), PATIENTS_TAG])
  @ApiOperation({
    summary: 'Change a patient',
    description:
      'Fields that are absent stay as they are; null clears a field that may be null (JSON Merge Patch, RFC 7396). ' +
      'The last write wins. Clinicians and admins.',
  })
  @ApiOkResponse({ description: 'The patient as it is now.', standardSchema: Patient })
  @ApiProblems(...BODY_PROBLEMS, 'PATIENT_NOT_FOUND', 'ENTITY_UNPROCESSABLE', 'CONFLICT')
  update(
    @Param({ schema: PatientParams }) { id }: PatientParams,
    @Body({ schema: PatientPatch }) patch: PatientPatch,
  ): Promise<Patient> {
    return this.patients.update(id, patch);
  }

  @Delete(':id')
  @AnnouncesVersions<unknown, PatientParams>(({ params }) => [patientTag(params.id), PATIENTS_TAG])
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete a patient',
    description: 'With all exams and medications. There is no way back. Clinicians and admins.',
  })
  @ApiNoContentResponse({ description: 'The patient was deleted.' })
  @ApiProblems('REQUEST_INVALID', 'PATIENT_NOT_FOUND', 'CONFLICT')
  delete(@Param({ schema: PatientParams }) { id }: PatientParams): Promise<void> {
    return this.patients.delete(id);
  }
}
