import { z } from 'zod';
import { pageOf } from '../../common/pagination.dto.js';
import { instant, line, text, uuid, type FromJson } from '../../common/validation.js';

/** https://hl7.org/fhir/R4/valueset-medicationrequest-status.html */
const STATUSES = [
  'active',
  'on-hold',
  'cancelled',
  'completed',
  'entered-in-error',
  'stopped',
  'draft',
  'unknown',
] as const;

const fields = {
  code: line(100).meta({ description: 'The medication, as a code of `codeSystem`.', example: '860975' }),
  codeSystem: line(200).meta({
    description: 'The URI of the code system.',
    example: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  }),
  name: line(500).meta({
    description: 'The medication, for people.',
    example: '24 HR Metformin hydrochloride 500 MG Extended Release Oral Tablet',
  }),
  status: z.enum(STATUSES).meta({
    description: 'The state of the order, a code of MedicationRequest.status in FHIR R4.',
    example: 'active',
  }),
  dosage: text(1_000).nullable().meta({
    description: 'How it is to be taken; null when nothing is said.',
    example: 'One tablet twice a day with a meal',
  }),
  date: instant().meta({ description: 'When it was ordered.', example: '2026-01-31T08:30:00.000Z' }),
};

/** A medication that was ordered for a patient. */
export const Medication = z
  .object({
    id: uuid().meta({ description: 'The order.' }),
    ...fields,
    // The database takes any code, so that a newer version of FHIR can be imported.
    status: z.string().meta({ description: 'The state of the order, as in FHIR.', example: 'active' }),
  })
  .meta({ id: 'Medication', description: 'A medication that was ordered for a patient.' });
export type Medication = z.output<typeof Medication>;

/** Body of `POST /api/patients/:id/medications`. */
export const NewMedication = z
  .strictObject(fields)
  .partial({ dosage: true })
  .meta({ id: 'NewMedication', description: 'A medication to be ordered. Unknown fields are refused.' });
export type NewMedication = FromJson<z.output<typeof NewMedication>>;

/** Body of `PATCH /api/patients/:id/medications/:itemId`. */
export const MedicationPatch = z.strictObject(fields).partial().meta({
  id: 'MedicationPatch',
  description:
    'What to change: a field that is absent stays as it is, null clears it. Unknown fields are refused.',
});
export type MedicationPatch = FromJson<z.output<typeof MedicationPatch>>;

export const MedicationPage = pageOf('MedicationPage', 'Medications of a patient, newest first.', Medication);
