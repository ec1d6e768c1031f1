import { z } from 'zod';
import { PageQuery, pageOf } from '../../common/pagination.dto.js';
import { calendarDate, line, text, uuid, type FromJson } from '../../common/validation.js';

const GENDERS = ['male', 'female', 'other', 'unknown'] as const;
const EMAIL = /^[^\s@]+@[^\s@]+$/;

const fields = {
  givenName: line(100).meta({ description: 'Given names.', example: 'José Luis' }),
  familyName: line(100).meta({ description: 'Family names.', example: 'García Márquez' }),
  birthDate: calendarDate().meta({ description: 'Date of birth, not in the future.', example: '1984-02-29' }),
  gender: z.enum(GENDERS).meta({
    description:
      'Administrative gender, as in FHIR (https://hl7.org/fhir/R4/valueset-administrative-gender.html).',
    example: 'male',
  }),
};

const clearable = {
  deathDate: calendarDate().nullable().meta({
    description: 'Date of death, not before birth and not in the future; null when none is known.',
    example: null,
  }),
  phone: line(50)
    .nullable()
    .meta({ description: 'Phone number; null when none is known.', example: '+34 600 111 222' }),
  email: line(254).regex(EMAIL, 'must be an email address').nullable().meta({
    description: 'Email address; null when none is known.',
    example: 'jose.garcia@example.org',
  }),
  address: text(500).nullable().meta({
    description: 'Postal address; null when none is known.',
    example: 'Calle Mayor 1, 28013 Madrid',
  }),
};

/** A patient as answered, without exams and medications. */
export const Patient = z
  .object({ id: uuid().meta({ description: 'The patient.' }), ...fields, ...clearable })
  .meta({ id: 'Patient', description: 'Personal data of a patient.' });
export type Patient = z.output<typeof Patient>;

/** Body of `POST /api/patients`. */
export const NewPatient = z
  .strictObject({ ...fields, ...z.object(clearable).partial().shape })
  .meta({ id: 'NewPatient', description: 'A patient to be created. Unknown fields are refused.' });
export type NewPatient = FromJson<z.output<typeof NewPatient>>;

/** Body of `PATCH /api/patients/:id`. */
export const PatientPatch = z
  .strictObject({ ...fields, ...clearable })
  .partial()
  .meta({
    id: 'PatientPatch',
    description:
      'What to change: a field that is absent stays as it is, null clears it. Unknown fields are refused.',
  });
export type PatientPatch = FromJson<z.output<typeof PatientPatch>>;

/** Query of `GET /api/patients`. */
export const PatientQuery = PageQuery.extend({
  name: line(100)
    .optional()
    .meta({
      description:
        'Only patients in whose name every word of this begins a word, whatever case and accents: `jose gar` finds ' +
        'José Luis García Márquez. Words of a name begin after a space, a hyphen or an apostrophe.',
      example: 'jose gar',
    }),
});
export type PatientQuery = z.output<typeof PatientQuery>;

export const PatientPage = pageOf('PatientPage', 'Patients by family name, then given name.', Patient);
