import type { Faker } from '@faker-js/faker';
import type { Prisma } from '../generated/client.js';
import {
  BODY_HEIGHT,
  BODY_MASS_INDEX,
  BODY_WEIGHT,
  LABORATORY,
  LOINC,
  MEDICATIONS,
  RXNORM,
  SMOKING_STATUS,
  VITAL_SIGNS,
  type QuantityKind,
} from './catalogue.js';
import { sampleId } from './sample-id.js';

const REFERENCE_YEAR = 2026;
const YEARS_OF_HISTORY = 6;
const DECEASED_EVERY = 12;

type PatientRow = Prisma.PatientCreateManyInput;
type ExamRow = Prisma.ExamCreateManyInput;
type MedicationRow = Prisma.MedicationCreateManyInput;

/** One person of the sample data with all that belongs to them. */
export interface SamplePatient {
  readonly patient: PatientRow;
  readonly exams: readonly ExamRow[];
  readonly medications: readonly MedicationRow[];
}

/** The sample patient of this number: `faker` alone decides what they are like. */
export function samplePatient(faker: Faker, index: number): SamplePatient {
  const id = sampleId(`patient ${index}`);
  const age = faker.number.int({ min: 19, max: 94 });
  const isDeceased = index % DECEASED_EVERY === DECEASED_EVERY - 1;
  const lastYear = REFERENCE_YEAR - 1 - (isDeceased ? faker.number.int({ min: 1, max: 4 }) : 0);
  const visits = faker.helpers
    .uniqueArray(() => visitDate(faker, lastYear), faker.number.int({ min: 1, max: 5 }))
    .sort();
  return {
    patient: {
      ...person(faker, index),
      id,
      birthDate: utc(REFERENCE_YEAR - age, dayOfYear(faker)),
      deathDate: isDeceased ? utc(lastYear + 1, faker.number.int({ min: 0, max: 300 })) : null,
    },
    exams: exams(faker, id, visits),
    medications: medications(faker, id, visits),
  };
}

function person(faker: Faker, index: number): Omit<PatientRow, 'id' | 'birthDate'> {
  const sex = faker.helpers.arrayElement(['female', 'male'] as const);
  const givenName = faker.person.firstName(sex);
  const familyName = faker.person.lastName(sex);
  const twoDigits = String(index % 100).padStart(2, '0');
  return {
    givenName,
    familyName,
    gender: index % 25 === 24 ? 'other' : sex,
    // Numbers and a domain that are reserved for fiction.
    phone: `+1 202 555 01${twoDigits}`,
    email: faker.internet
      .email({ firstName: givenName, lastName: familyName, provider: 'example.org' })
      .toLowerCase(),
    address: `${faker.location.streetAddress()}, ${faker.location.zipCode()} ${faker.location.city()}`,
  };
}

function exams(faker: Faker, patientId: string, visits: readonly string[]): ExamRow[] {
  const rows: ExamRow[] = [];
  const heightCm = faker.number.int({ min: 151, max: 194 });
  const usualWeightKg = faker.number.float({ min: 19.5, max: 34 }) * (heightCm / 100) ** 2;
  const add = (visit: string, kind: { code: string; name: string }, result: string, unit: string | null) =>
    rows.push({
      id: sampleId(`exam ${rows.length} of ${patientId}`),
      patientId,
      code: kind.code,
      codeSystem: LOINC,
      name: kind.name,
      result,
      unit,
      date: visit,
    });

  for (const visit of visits) {
    const weightKg = usualWeightKg + faker.number.float({ min: -3, max: 3 });
    add(visit, BODY_HEIGHT, String(heightCm), BODY_HEIGHT.unit);
    add(visit, BODY_WEIGHT, weightKg.toFixed(1), BODY_WEIGHT.unit);
    add(visit, BODY_MASS_INDEX, (weightKg / (heightCm / 100) ** 2).toFixed(1), BODY_MASS_INDEX.unit);
    const tests = faker.helpers.arrayElements(LABORATORY, { min: 2, max: 8 });
    for (const kind of [...VITAL_SIGNS, ...tests]) add(visit, kind, measure(faker, kind), kind.unit);
  }
  const [first] = visits;
  if (first !== undefined)
    add(first, SMOKING_STATUS, faker.helpers.arrayElement(SMOKING_STATUS.results), null);
  return rows;
}

function measure(faker: Faker, { min, max, decimals }: QuantityKind): string {
  return faker.number.float({ min, max, fractionDigits: decimals }).toFixed(decimals);
}

function medications(faker: Faker, patientId: string, visits: readonly string[]): MedicationRow[] {
  return faker.helpers
    .arrayElements(MEDICATIONS, { min: 0, max: 5 })
    .map(({ code, name, dosages }, index) => ({
      id: sampleId(`medication ${index} of ${patientId}`),
      patientId,
      code,
      codeSystem: RXNORM,
      name,
      status: faker.helpers.weightedArrayElement([
        { weight: 6, value: 'active' },
        { weight: 3, value: 'completed' },
        { weight: 2, value: 'stopped' },
      ]),
      dosage: faker.helpers.arrayElement(dosages),
      date: faker.helpers.arrayElement(visits),
    }));
}

/** Some working hour of the years before, as an ISO instant. */
function visitDate(faker: Faker, lastYear: number): string {
  const year = faker.number.int({ min: lastYear - YEARS_OF_HISTORY + 1, max: lastYear });
  const day = utc(year, dayOfYear(faker));
  day.setUTCHours(faker.number.int({ min: 7, max: 17 }), faker.number.int({ min: 0, max: 59 }));
  return day.toISOString();
}

function dayOfYear(faker: Faker): number {
  return faker.number.int({ min: 0, max: 364 });
}

/** In UTC throughout, so that the data is the same in every time zone. */
function utc(year: number, daysIntoYear: number): Date {
  return new Date(Date.UTC(year, 0, 1 + daysIntoYear));
}
