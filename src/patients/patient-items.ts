import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../common/errors/app-error.js';
import { CursorCodec, toPage, type Page, type PageRequest } from '../common/pagination.js';
import { instant, uuid } from '../common/validation.js';
import type { Exam, ExamPatch, NewExam } from './dto/exam.dto.js';
import type { Medication, MedicationPatch, NewMedication } from './dto/medication.dto.js';
import { patientNotFound } from './not-found.js';
import type { ItemPosition, PatientItemsRepository } from './postgres/patient-items.repository.js';
import type { PatientsRepository } from './postgres/patients.repository.js';

interface ItemKind {
  readonly name: 'exam' | 'medication';
  readonly notFound: 'EXAM_NOT_FOUND' | 'MEDICATION_NOT_FOUND';
}

/** What is done with the exams, and just so with the medications, of a patient. */
export class PatientItems<Item extends { readonly id: string; readonly date: string }, NewItem, Patch> {
  private readonly cursors: CursorCodec<ItemPosition>;

  constructor(
    private readonly kind: ItemKind,
    private readonly items: PatientItemsRepository<Item, NewItem, Patch>,
    private readonly patients: PatientsRepository,
  ) {
    this.cursors = new CursorCodec(kind.name, z.tuple([instant(), uuid()]));
  }

  /** @throws {AppError} `PATIENT_NOT_FOUND`; `REQUEST_INVALID` for a cursor of another list */
  async list(patientId: string, { limit, cursor }: PageRequest): Promise<Page<Item>> {
    const position = this.cursors.decode([patientId], cursor);
    const items = await this.items.page(patientId, limit + 1, position);
    if (items.length === 0) await this.requirePatient(patientId);
    return toPage(
      items,
      limit,
      (item) => item,
      ({ date, id }) => this.cursors.encode([patientId], [date, id]),
    );
  }

  /** @throws {AppError} `PATIENT_NOT_FOUND` */
  create(patientId: string, item: NewItem): Promise<Item> {
    return this.items.insert(patientId, randomUUID(), item);
  }

  /** @throws {AppError} `PATIENT_NOT_FOUND`, `EXAM_NOT_FOUND`, `MEDICATION_NOT_FOUND` */
  async update(patientId: string, id: string, patch: Patch): Promise<Item> {
    const item = await this.items.update(patientId, id, patch);
    return item ?? this.refuseMissing(patientId);
  }

  /** @throws {AppError} `PATIENT_NOT_FOUND`, `EXAM_NOT_FOUND`, `MEDICATION_NOT_FOUND` */
  async delete(patientId: string, id: string): Promise<void> {
    if (!(await this.items.delete(patientId, id))) await this.refuseMissing(patientId);
  }

  private async refuseMissing(patientId: string): Promise<never> {
    await this.requirePatient(patientId);
    throw new AppError(this.kind.notFound, `The patient has no ${this.kind.name} with this id.`);
  }

  private async requirePatient(patientId: string): Promise<void> {
    if (!(await this.patients.exists(patientId))) throw patientNotFound();
  }
}

export type PatientExams = PatientItems<Exam, NewExam, ExamPatch>;
export const PatientExams = Symbol('PatientExams');

export type PatientMedications = PatientItems<Medication, NewMedication, MedicationPatch>;
export const PatientMedications = Symbol('PatientMedications');
