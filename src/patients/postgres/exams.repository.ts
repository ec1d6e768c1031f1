import { Injectable } from '@nestjs/common';
import type { Exam as ExamRow } from '../../prisma/generated/client.js';
import { ifPresent, onDatabase } from '../../prisma/prisma-errors.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Exam, ExamPatch, NewExam } from '../dto/exam.dto.js';
import { patientNotFound } from '../not-found.js';
import {
  after,
  NEWEST_FIRST,
  type ItemPosition,
  type PatientItemsRepository,
} from './patient-items.repository.js';

/** The exams in PostgreSQL. */
@Injectable()
export class ExamsRepository implements PatientItemsRepository<Exam, NewExam, ExamPatch> {
  constructor(private readonly prisma: PrismaService) {}

  async page(patientId: string, limit: number, position?: ItemPosition): Promise<Exam[]> {
    const where = { patientId, ...after(position) };
    const rows = await onDatabase(() =>
      this.prisma.snapshot((tx) => tx.exam.findMany({ where, orderBy: NEWEST_FIRST, take: limit })),
    );
    return rows.map(toExam);
  }

  async insert(patientId: string, id: string, exam: NewExam): Promise<Exam> {
    const row = await onDatabase(() => this.prisma.exam.create({ data: { id, patientId, ...exam } }), {
      referenceMissing: patientNotFound,
    });
    return toExam(row);
  }

  async update(patientId: string, id: string, data: ExamPatch): Promise<Exam | undefined> {
    const row = await onDatabase(() =>
      ifPresent(this.prisma.exam.update({ where: { id, patientId }, data })),
    );
    return row && toExam(row);
  }

  async delete(patientId: string, id: string): Promise<boolean> {
    const row = await onDatabase(() =>
      ifPresent(this.prisma.exam.delete({ where: { id, patientId }, select: { id: true } })),
    );
    return row !== undefined;
  }
}

export function toExam({ id, code, codeSystem, name, result, unit, date }: ExamRow): Exam {
  return { id, code, codeSystem, name, result, unit, date: date.toISOString() };
}
