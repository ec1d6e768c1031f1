import type { Gender } from './fhir-types.js';

/** Rows as they are written: text is storable and within the limits, dates exist, ids are lower-case uuids. */
export interface PatientRow {
  readonly id: string;
  readonly givenName: string;
  readonly familyName: string;
  /** `YYYY-MM-DD`. */
  readonly birthDate: string;
  readonly deathDate: string | null;
  readonly gender: Gender;
  readonly phone: string | null;
  readonly email: string | null;
  readonly address: string | null;
}

interface CodedRow {
  readonly id: string;
  readonly patientId: string;
  readonly code: string;
  readonly codeSystem: string;
  readonly name: string;
  /** An instant, ISO 8601 UTC with milliseconds. */
  readonly date: string;
}

export interface ExamRow extends CodedRow {
  readonly result: string | null;
  readonly unit: string | null;
}

export interface MedicationRow extends CodedRow {
  readonly status: string;
  readonly dosage: string | null;
}

/** An observation of a bundle, as far as its rows may have to go. */
export interface ObservationExtent {
  readonly id: string;
  /** Whether it has a row of its own, beside those of its components. */
  readonly ownRow: boolean;
  /** How many components it has: rows of further ones belong to an earlier state of it. */
  readonly components: number;
}

/** What one bundle asks of the database. No id stands in a list twice. */
export interface BundleRows {
  readonly patients: readonly PatientRow[];
  /** Their patients are among `patients` or in the database. */
  readonly exams: readonly ExamRow[];
  readonly medications: readonly MedicationRow[];
  readonly observations: readonly ObservationExtent[];
  /** Reports that were withdrawn: their rows go, where there are any. */
  readonly withdrawnReports: readonly string[];
  readonly withdrawnMedications: readonly string[];
}
