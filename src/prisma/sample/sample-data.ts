import { OperatorError } from '../../common/errors/operator-error.js';
import type { Prisma } from '../generated/client.js';
import { sampleId } from './sample-id.js';
import { samplePatient, type SamplePatient } from './sample-patient.js';

const PATIENTS = 50;
const SEED = 20_260_101;

/** Who can sign in. `carla` is the first sample patient. */
export const SAMPLE_USERS = [
  {
    id: 'a11ce000-0000-4000-8000-000000000001',
    handle: 'ana',
    displayName: 'Ana Ferreira',
    role: 'clinician',
  },
  {
    id: 'a11ce000-0000-4000-8000-000000000002',
    handle: 'bruno',
    displayName: 'Bruno Keller',
    role: 'clinician',
  },
  {
    id: 'a11ce000-0000-4000-8000-000000000003',
    handle: 'carla',
    displayName: 'Carla Núñez',
    role: 'patient',
    patientId: sampleId('patient 0'),
  },
  {
    id: 'a11ce000-0000-4000-8000-000000000004',
    handle: 'admin',
    displayName: 'Administrator',
    role: 'admin',
  },
] as const satisfies readonly Prisma.UserCreateManyInput[];

/**
 * 50 invented patients, the same every time: names of several languages, LOINC exams, RxNorm medications.
 * @throws {OperatorError} where the data generator, a development dependency, is not installed
 */
export async function samplePatients(): Promise<SamplePatient[]> {
  const { Faker, base, cs_CZ, de, en, es, fr, pl, pt_BR, sv, tr } = await importFaker();
  const locales = [es, de, fr, en, pl, cs_CZ, sv, pt_BR, tr];
  return Array.from({ length: PATIENTS }, (_, index) => {
    const locale = locales[index % locales.length] ?? en;
    const sample = samplePatient(new Faker({ locale: [locale, en, base], seed: SEED + index }), index);
    return index === 0 ? asCarla(sample) : sample;
  });
}

function asCarla(sample: SamplePatient): SamplePatient {
  const email = 'carla.nunez@example.org';
  return {
    ...sample,
    patient: { ...sample.patient, givenName: 'Carla', familyName: 'Núñez', gender: 'female', email },
  };
}

async function importFaker(): Promise<typeof import('@faker-js/faker')> {
  try {
    return await import('@faker-js/faker');
  } catch (cause) {
    throw new OperatorError(
      'Sample data needs the development dependency @faker-js/faker: run npm install.',
      {
        cause,
      },
    );
  }
}
