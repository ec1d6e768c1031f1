import { z } from 'zod';
import { pageOf } from '../../common/pagination.dto.js';
import { instant, line, text, uuid, type FromJson } from '../../common/validation.js';

const fields = {
  code: line(100).meta({ description: 'What was examined, as a code of `codeSystem`.', example: '4548-4' }),
  codeSystem: line(200).meta({ description: 'The URI of the code system.', example: 'http://loinc.org' }),
  name: line(500).meta({
    description: 'What was examined, for people.',
    example: 'Hemoglobin A1c/Hemoglobin.total in Blood',
  }),
  result: text(4_000).nullable().meta({
    description: 'The result: a number, a finding or a text; null when there is none yet.',
    example: '6.1',
  }),
  unit: line(50)
    .nullable()
    .meta({ description: 'The unit of the result; null when it has none.', example: '%' }),
  date: instant().meta({ description: 'When it was examined.', example: '2026-01-31T08:30:00.000Z' }),
};

/** One result of an examination. */
export const Exam = z
  .object({ id: uuid().meta({ description: 'The exam.' }), ...fields })
  .meta({ id: 'Exam', description: 'One result of an examination.' });
export type Exam = z.output<typeof Exam>;

/** Body of `POST /api/patients/:id/exams`. */
export const NewExam = z
  .strictObject(fields)
  .partial({ result: true, unit: true })
  .meta({ id: 'NewExam', description: 'An exam to be created. Unknown fields are refused.' });
export type NewExam = FromJson<z.output<typeof NewExam>>;

/** Body of `PATCH /api/patients/:id/exams/:itemId`. */
export const ExamPatch = z.strictObject(fields).partial().meta({
  id: 'ExamPatch',
  description:
    'What to change: a field that is absent stays as it is, null clears it. Unknown fields are refused.',
});
export type ExamPatch = FromJson<z.output<typeof ExamPatch>>;

export const ExamPage = pageOf('ExamPage', 'Exams of a patient, newest first.', Exam);
