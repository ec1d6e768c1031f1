import { z } from 'zod';
import { Exam } from './exam.dto.js';
import { Medication } from './medication.dto.js';
import { Patient } from './patient.dto.js';

/** Everything that is known of a patient. */
export const PatientRecord = Patient.extend({
  exams: z.array(Exam).meta({ description: 'All exams, newest first.' }),
  medications: z.array(Medication).meta({ description: 'All medications, newest first.' }),
}).meta({ id: 'PatientRecord', description: 'The aggregated record of a patient.' });
export type PatientRecord = z.output<typeof PatientRecord>;
