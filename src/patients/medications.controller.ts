import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AnnouncesVersions, Cached } from '../cache/index.js';
import { Roles } from '../auth/decorators.js';
import { ApiCursorQuery } from '../common/api-optional-query.js';
import { ApiProblems, BODY_PROBLEMS, PROTECTED_ROUTE_PROBLEMS } from '../common/errors/api-problems.js';
import { BodyLimit } from '../common/http/body-limit.js';
import { PageQuery } from '../common/pagination.dto.js';
import type { Page } from '../common/pagination.js';
import { Creates } from './created-location.interceptor.js';
import { Medication, MedicationPage, MedicationPatch, NewMedication } from './dto/medication.dto.js';
import { ItemParams, PatientParams } from './dto/params.dto.js';
import { patientTag } from './cache-tags.js';
import { CARE_ROLES, ReadableByPatient } from './own-record.guard.js';
import { PatientMedications } from './patient-items.js';

const BODY_LIMIT_KIB = 32;

/** Medications of a patient. */
@ApiTags('medications')
@ApiBearerAuth('bearer')
@ApiProblems(...PROTECTED_ROUTE_PROBLEMS, 'AUTH_FORBIDDEN')
@Roles(...CARE_ROLES)
@Controller('patients/:id/medications')
export class MedicationsController {
  constructor(@Inject(PatientMedications) private readonly medications: PatientMedications) {}

  @Get()
  @Cached<PatientParams>({
    scope: 'shared',
    query: ['limit', 'cursor'],
    tags: ({ params }) => [patientTag(params.id)],
  })
  @ReadableByPatient()
  @ApiOperation({
    summary: 'List the medications of a patient',
    description: 'Newest first. Clinicians and admins read everybody’s, a patient reads their own.',
  })
  @ApiCursorQuery()
  @ApiOkResponse({ description: 'A page of medications.', standardSchema: MedicationPage })
  @ApiProblems('REQUEST_INVALID', 'PATIENT_NOT_FOUND')
  list(
    @Param({ schema: PatientParams }) { id }: PatientParams,
    @Query({ schema: PageQuery }) page: PageQuery,
  ): Promise<Page<Medication>> {
    return this.medications.list(id, page);
  }

  @Post()
  @BodyLimit(BODY_LIMIT_KIB)
  @AnnouncesVersions<unknown, PatientParams>(({ params }) => [patientTag(params.id)])
  @ApiOperation({
    summary: 'Add a medication',
    description: 'The service makes the id. Clinicians and admins.',
  })
  @Creates('The medication was added.', Medication)
  @ApiProblems(...BODY_PROBLEMS, 'PATIENT_NOT_FOUND', 'ENTITY_UNPROCESSABLE', 'CONFLICT')
  create(
    @Param({ schema: PatientParams }) { id }: PatientParams,
    @Body({ schema: NewMedication }) medication: NewMedication,
  ): Promise<Medication> {
    return this.medications.create(id, medication);
  }

  @Patch(':itemId')
  @BodyLimit(BODY_LIMIT_KIB)
  @AnnouncesVersions<unknown, PatientParams>(({ params }) => [patientTag(params.id)])
  @ApiOperation({
    summary: 'Change a medication',
    description:
      'Fields that are absent stay as they are; null clears a field that may be null (JSON Merge Patch, RFC 7396). ' +
      'The last write wins. Clinicians and admins.',
  })
  @ApiOkResponse({ description: 'The medication as it is now.', standardSchema: Medication })
  @ApiProblems(
    ...BODY_PROBLEMS,
    'PATIENT_NOT_FOUND',
    'MEDICATION_NOT_FOUND',
    'ENTITY_UNPROCESSABLE',
    'CONFLICT',
  )
  update(
    @Param({ schema: ItemParams }) { id, itemId }: ItemParams,
    @Body({ schema: MedicationPatch }) patch: MedicationPatch,
  ): Promise<Medication> {
    return this.medications.update(id, itemId, patch);
  }

  @Delete(':itemId')
  @AnnouncesVersions<unknown, PatientParams>(({ params }) => [patientTag(params.id)])
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete a medication',
    description: 'There is no way back. Clinicians and admins.',
  })
  @ApiNoContentResponse({ description: 'The medication was deleted.' })
  @ApiProblems('REQUEST_INVALID', 'PATIENT_NOT_FOUND', 'MEDICATION_NOT_FOUND', 'CONFLICT')
  delete(@Param({ schema: ItemParams }) { id, itemId }: ItemParams): Promise<void> {
    return this.medications.delete(id, itemId);
  }
}
