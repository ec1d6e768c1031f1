import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { CursorCodec, toPage, type Page } from '../common/pagination.js';
import { uuid } from '../common/validation.js';
import type { PatientRecord } from './dto/patient-record.dto.js';
import type { NewPatient, Patient, PatientPatch, PatientQuery } from './dto/patient.dto.js';
import { refuseFuture } from './lifespan.js';
import { patientNotFound } from './not-found.js';
import { PatientsRepository, type PatientPosition } from './postgres/patients.repository.js';

/** A folded name as PostgreSQL holds it. */
const nameKey = () => z.string().refine((key) => key.isWellFormed() && !key.includes('\0'));

const CURSORS = new CursorCodec<PatientPosition>('patients', z.tuple([nameKey(), uuid()]));

/** What is done with patients. */
@Injectable()
export class PatientsService {
  constructor(private readonly patients: PatientsRepository) {}

  /** @throws {AppError} `REQUEST_INVALID` for a cursor of another list */
  async list({ limit, cursor, name }: PatientQuery): Promise<Page<Patient>> {
    const selection = name === undefined ? [] : [name];
    const rows = await this.patients.page(limit + 1, CURSORS.decode(selection, cursor), name);
    return toPage(
      rows,
      limit,
      ({ patient }) => patient,
      ({ position }) => CURSORS.encode(selection, position),
    );
  }

  /** @throws {AppError} `PATIENT_NOT_FOUND` */
  async record(id: string): Promise<PatientRecord> {
    const record = await this.patients.findRecord(id);
    if (record === undefined) throw patientNotFound();
    return record;
  }

  /** @throws {AppError} `ENTITY_UNPROCESSABLE` for dates that cannot be */
  create(patient: NewPatient): Promise<Patient> {
    refuseFuture(patient, new Date());
    return this.patients.insert(randomUUID(), patient);
  }

  /** @throws {AppError} `PATIENT_NOT_FOUND`; `ENTITY_UNPROCESSABLE` for dates that cannot be */
  async update(id: string, patch: PatientPatch): Promise<Patient> {
    refuseFuture(patch, new Date());
    const patient = await this.patients.update(id, patch);
    if (patient === undefined) throw patientNotFound();
    return patient;
  }

  /** @throws {AppError} `PATIENT_NOT_FOUND` */
  async delete(id: string): Promise<void> {
    if (!(await this.patients.delete(id))) throw patientNotFound();
  }
}
