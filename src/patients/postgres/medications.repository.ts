import { Injectable } from '@nestjs/common';
import type { Medication as MedicationRow } from '../../prisma/generated/client.js';
import { ifPresent, onDatabase } from '../../prisma/prisma-errors.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Medication, MedicationPatch, NewMedication } from '../dto/medication.dto.js';
import { patientNotFound } from '../not-found.js';
import {
  after,
  NEWEST_FIRST,
  type ItemPosition,
  type PatientItemsRepository,
} from './patient-items.repository.js';

/** The medications in PostgreSQL. */
@Injectable()
export class MedicationsRepository implements PatientItemsRepository<
  Medication,
  NewMedication,
  MedicationPatch
> {
  constructor(private readonly prisma: PrismaService) {}

  async page(patientId: string, limit: number, position?: ItemPosition): Promise<Medication[]> {
    const where = { patientId, ...after(position) };
    const rows = await onDatabase(() =>
      this.prisma.snapshot((tx) => tx.medication.findMany({ where, orderBy: NEWEST_FIRST, take: limit })),
    );
    return rows.map(toMedication);
  }

  async insert(patientId: string, id: string, medication: NewMedication): Promise<Medication> {
    const data = { id, patientId, ...medication };
    const row = await onDatabase(() => this.prisma.medication.create({ data }), {
      referenceMissing: patientNotFound,
    });
    return toMedication(row);
  }

  async update(patientId: string, id: string, data: MedicationPatch): Promise<Medication | undefined> {
    const row = await onDatabase(() =>
      ifPresent(this.prisma.medication.update({ where: { id, patientId }, data })),
    );
    return row && toMedication(row);
  }

  async delete(patientId: string, id: string): Promise<boolean> {
    const row = await onDatabase(() =>
      ifPresent(this.prisma.medication.delete({ where: { id, patientId }, select: { id: true } })),
    );
    return row !== undefined;
  }
}

export function toMedication(row: MedicationRow): Medication {
  const { id, code, codeSystem, name, status, dosage, date } = row;
  return { id, code, codeSystem, name, status, dosage, date: date.toISOString() };
}
