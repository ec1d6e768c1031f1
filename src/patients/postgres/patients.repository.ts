import { Injectable } from '@nestjs/common';
import { Prisma, type Patient as PatientRow } from '../../prisma/generated/client.js';
import { ifPresent, onDatabase } from '../../prisma/prisma-errors.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { fromDate, toDate } from '../calendar.js';
import type { PatientRecord } from '../dto/patient-record.dto.js';
import type { NewPatient, Patient, PatientPatch } from '../dto/patient.dto.js';
import { toExam } from './exams.repository.js';
import { deathBeforeBirth } from '../lifespan.js';
import { toMedication } from './medications.repository.js';
import { matchesName } from './name-search.js';
import { NEWEST_FIRST } from './patient-items.repository.js';

/** Where a patient stands in the list: what it is sorted by, then the id. */
export type PatientPosition = [nameKey: string, id: string];

export interface ListedPatient {
  readonly patient: Patient;
  readonly position: PatientPosition;
}

/** The patients in PostgreSQL. */
@Injectable()
export class PatientsRepository {
  constructor(private readonly prisma: PrismaService) {}

  /** At most `limit` patients by name, those after `after`, of those whose name matches `name` where it is given. */
  async page(limit: number, after?: PatientPosition, name?: string): Promise<ListedPatient[]> {
    const conditions = [
      ...(after === undefined ? [] : [Prisma.sql`(name_key, id) > (${after[0]}, ${after[1]}::uuid)`]),
      ...(name === undefined ? [] : [matchesName(name)]),
    ];
    const where =
      conditions.length > 0 ? Prisma.sql`WHERE ${Prisma.join(conditions, ' AND ')}` : Prisma.empty;
    const rows = await onDatabase(() =>
      this.prisma.snapshot(
        (tx) => tx.$queryRaw<PatientRow[]>`
        SELECT id, given_name AS "givenName", family_name AS "familyName", birth_date AS "birthDate",
               death_date AS "deathDate", gender::text, phone, email, address, name_key AS "nameKey"
        FROM patient ${where}
        ORDER BY name_key, id
        LIMIT ${limit}`,
      ),
    );
    return rows.map((row): ListedPatient => ({ patient: toPatient(row), position: [row.nameKey, row.id] }));
  }

  async exists(id: string): Promise<boolean> {
    const row = await onDatabase(() =>
      this.prisma.patient.findUnique({ where: { id }, select: { id: true } }),
    );
    return row !== null;
  }

  /** The whole record, of one moment: it is read in one snapshot. Undefined when there is no such patient. */
  async findRecord(id: string): Promise<PatientRecord | undefined> {
    const row = await onDatabase(() =>
      this.prisma.snapshot((tx) =>
        tx.patient.findUnique({
          where: { id },
          include: { exams: { orderBy: NEWEST_FIRST }, medications: { orderBy: NEWEST_FIRST } },
        }),
      ),
    );
    if (row === null) return undefined;
    return {
      ...toPatient(row),
      exams: row.exams.map(toExam),
      medications: row.medications.map(toMedication),
    };
  }

  async insert(id: string, patient: NewPatient): Promise<Patient> {
    const data = { id, ...withDates(patient), birthDate: toDate(patient.birthDate) };
    return toPatient(await onDatabase(() => this.prisma.patient.create({ data }), LIFESPAN));
  }

  /** Changes the fields that `patch` has. Undefined when there is no such patient. */
  async update(id: string, patch: PatientPatch): Promise<Patient | undefined> {
    const change = { where: { id }, data: withDates(patch) };
    const row = await onDatabase(() => ifPresent(this.prisma.patient.update(change)), LIFESPAN);
    return row && toPatient(row);
  }

  /** Deletes the patient and all that is theirs; false when there is no such patient. */
  async delete(id: string): Promise<boolean> {
    const row = await onDatabase(() =>
      ifPresent(this.prisma.patient.delete({ where: { id }, select: { id: true } })),
    );
    return row !== undefined;
  }
}

/** The constraint holds whichever date a change sets, and under concurrent changes of both. */
const LIFESPAN = { checks: { patient_death_date_check: deathBeforeBirth } };

function withDates<Fields extends PatientPatch>({ birthDate, deathDate, ...others }: Fields) {
  return {
    ...others,
    ...(birthDate === undefined ? {} : { birthDate: toDate(birthDate) }),
    ...(deathDate === undefined ? {} : { deathDate: deathDate === null ? null : toDate(deathDate) }),
  };
}

function toPatient(row: PatientRow): Patient {
  const { id, givenName, familyName, gender, phone, email, address } = row;
  const birthDate = fromDate(row.birthDate);
  const deathDate = row.deathDate && fromDate(row.deathDate);
  return { id, givenName, familyName, birthDate, gender, deathDate, phone, email, address };
}
