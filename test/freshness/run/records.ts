import type { Write } from '../history/register-history.js';

/** Fields of a record that are registers. */
export const FIELDS = ['address', 'phone', 'result'] as const;
export type Field = (typeof FIELDS)[number];

/** A patient with one exam: two fields of the patient and one of the exam are registers, of one cached response. */
export interface ClinicalRecord {
  readonly id: string;
  readonly examId: string;
  /** The newest write that told its versions, and what it told: for a next read elsewhere. */
  told: { readonly write: Write; readonly versions: string } | undefined;
}

export const registerOf = ({ id }: ClinicalRecord, field: Field): string => `${id}.${field}`;

export const pathOf = ({ id }: Pick<ClinicalRecord, 'id'>): string => `/api/patients/${id}`;

/** What a body of `GET /api/patients/:id` has in its registers. */
export function readRegisters(text: string): Record<Field, string> {
  const { address, phone, exams } = JSON.parse(text) as {
    address: string;
    phone: string;
    exams: { result: string }[];
  };
  return { address, phone, result: exams[0]?.result ?? '' };
}

/** Where a field is written, and the change that sets it. */
export function changeOf(
  record: ClinicalRecord,
  field: Field,
  value: string,
): { path: string; body: object } {
  return field === 'result'
    ? { path: `${pathOf(record)}/exams/${record.examId}`, body: { result: value } }
    : { path: pathOf(record), body: { [field]: value } };
}

/** The same change as SQL, with value and id as its parameters. */
export function statementOf(record: ClinicalRecord, field: Field): { sql: string; id: string } {
  return field === 'result'
    ? { sql: 'UPDATE exam SET result = $1 WHERE id = $2', id: record.examId }
    : { sql: `UPDATE patient SET ${field} = $1 WHERE id = $2`, id: record.id };
}
