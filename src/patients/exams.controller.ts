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
import { Exam, ExamPage, ExamPatch, NewExam } from './dto/exam.dto.js';
import { ItemParams, PatientParams } from './dto/params.dto.js';
import { patientTag } from './cache-tags.js';
import { CARE_ROLES, ReadableByPatient } from './own-record.guard.js';
import { PatientExams } from './patient-items.js';

const BODY_LIMIT_KIB = 64;

/** Exams of a patient. */
@ApiTags('exams')
@ApiBearerAuth('bearer')
@ApiProblems(...PROTECTED_ROUTE_PROBLEMS, 'AUTH_FORBIDDEN')
@Roles(...CARE_ROLES)
@Controller('patients/:id/exams')
export class ExamsController {
  constructor(@Inject(PatientExams) private readonly exams: PatientExams) {}

  @Get()
  @Cached<PatientParams>({
    scope: 'shared',
    query: ['limit', 'cursor'],
    tags: ({ params }) => [patientTag(params.id)],
  })
  @ReadableByPatient()
  @ApiOperation({
    summary: 'List the exams of a patient',
    description: 'Newest first. Clinicians and admins read everybody’s, a patient reads their own.',
  })
  @ApiCursorQuery()
  @ApiOkResponse({ description: 'A page of exams.', standardSchema: ExamPage })
  @ApiProblems('REQUEST_INVALID', 'PATIENT_NOT_FOUND')
  list(
    @Param({ schema: PatientParams }) { id }: PatientParams,
    @Query({ schema: PageQuery }) page: PageQuery,
  ): Promise<Page<Exam>> {
    return this.exams.list(id, page);
  }

  @Post()
  @BodyLimit(BODY_LIMIT_KIB)
  @AnnouncesVersions<unknown, PatientParams>(({ params }) => [patientTag(params.id)])
  @ApiOperation({ summary: 'Add an exam', description: 'The service makes the id. Clinicians and admins.' })
  @Creates('The exam was added.', Exam)
  @ApiProblems(...BODY_PROBLEMS, 'PATIENT_NOT_FOUND', 'ENTITY_UNPROCESSABLE', 'CONFLICT')
  create(
    @Param({ schema: PatientParams }) { id }: PatientParams,
    @Body({ schema: NewExam }) exam: NewExam,
  ): Promise<Exam> {
    return this.exams.create(id, exam);
  }

  @Patch(':itemId')
  @BodyLimit(BODY_LIMIT_KIB)
  @AnnouncesVersions<unknown, PatientParams>(({ params }) => [patientTag(params.id)])
  @ApiOperation({
    summary: 'Change an exam',
    description:
      'Fields that are absent stay as they are; null clears a field that may be null (JSON Merge Patch, RFC 7396). ' +
      'The last write wins. Clinicians and admins.',
  })
  @ApiOkResponse({ description: 'The exam as it is now.', standardSchema: Exam })
  @ApiProblems(...BODY_PROBLEMS, 'PATIENT_NOT_FOUND', 'EXAM_NOT_FOUND', 'ENTITY_UNPROCESSABLE', 'CONFLICT')
  update(
    @Param({ schema: ItemParams }) { id, itemId }: ItemParams,
    @Body({ schema: ExamPatch }) patch: ExamPatch,
  ): Promise<Exam> {
    return this.exams.update(id, itemId, patch);
  }

  @Delete(':itemId')
  @AnnouncesVersions<unknown, PatientParams>(({ params }) => [patientTag(params.id)])
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete an exam', description: 'There is no way back. Clinicians and admins.' })
  @ApiNoContentResponse({ description: 'The exam was deleted.' })
  @ApiProblems('REQUEST_INVALID', 'PATIENT_NOT_FOUND', 'EXAM_NOT_FOUND', 'CONFLICT')
  delete(@Param({ schema: ItemParams }) { id, itemId }: ItemParams): Promise<void> {
    return this.exams.delete(id, itemId);
  }
}
