import fc from 'fast-check';
import { z } from 'zod';
import { parseExactJson } from '../../src/fhir/bundle/exact-json.js';
import { BundleMapper } from '../../src/fhir/mapping/bundle-mapper.js';
import { Exam } from '../../src/patients/dto/exam.dto.js';
import { NewMedication } from '../../src/patients/dto/medication.dto.js';
import { Patient } from '../../src/patients/dto/patient.dto.js';
import { createImportDatabase } from './support/import-run.js';
import {
  ANA,
  bundleOf,
  createFolder,
  numbered,
  observation,
  order,
  patient,
  report,
} from './support/resources.js';

/** Whatever JSON can carry: NUL, lone surrogates, letters that decompose into eighteen. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: fc.constantFrom('\ud800', '\ufdfa', '\0', '\u0130', ' ', '-'), maxLength: 300 }),
  fc.lorem({ maxCount: 900 }),
  fc.constantFrom('', ' ', '\0', '\ud800', '-', 'a\r\nb'),
);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const concept = fc.record({
  text: maybe(text),
  coding: fc.array(fc.record({ system: maybe(text), code: maybe(text), display: maybe(text) }), {
    maxLength: 3,
  }),
});
const quantity = fc.record({
  value: maybe(fc.double({ noNaN: true, noDefaultInfinity: true })),
  unit: maybe(text),
});
const date = fc.oneof(
  fc.constantFrom(
    '2011',
    '2011-02',
    '1000-01-01',
    '9999-12-31',
    '9999-12-31T23:59:59-14:00',
    '0001-01-01',
    '2023-02-30',
  ),
  fc
    .date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
    .map((day) => day.toISOString()),
);
const value = fc.oneof(
  fc.record({ valueQuantity: quantity }),
  fc.record({ valueString: text }),
  fc.record({ valueCodeableConcept: concept }),
  fc.record({ valueBoolean: fc.boolean() }),
  fc.record({ valueRange: fc.record({ low: maybe(quantity), high: maybe(quantity) }) }),
  fc.record({ valueRatio: fc.record({ numerator: quantity, denominator: quantity }) }),
  fc.record({ valuePeriod: fc.record({ start: maybe(text), end: maybe(text) }) }),
);

const patients = fc.record({
  name: fc.array(
    fc.record({ use: maybe(text), family: maybe(text), given: fc.array(text), text: maybe(text) }),
    { maxLength: 3 },
  ),
  gender: maybe(fc.constantFrom('male', 'female', 'other', 'unknown', 'M')),
  birthDate: date,
  deceasedDateTime: maybe(date),
  telecom: fc.array(
    fc.record({ system: fc.constantFrom('phone', 'email'), value: fc.oneof(text, fc.emailAddress()) }),
  ),
  address: fc.array(fc.record({ line: fc.array(text), city: maybe(text), text: maybe(text) }), {
    maxLength: 2,
  }),
});
const observations = fc
  .tuple(
    fc.record({ code: concept, effectiveDateTime: date }),
    maybe(value),
    fc.array(
      fc.tuple(fc.record({ code: concept }), value).map(([base, result]) => ({ ...base, ...result })),
      { maxLength: 2 },
    ),
  )
  .map(([base, result, component]) => ({ ...base, ...result, component }));
const reports = fc.record({
  code: concept,
  issued: date,
  conclusion: maybe(text),
  conclusionCode: fc.array(concept),
});
const orders = fc.record({
  medicationCodeableConcept: concept,
  authoredOn: date,
  dosageInstruction: fc.array(
    fc.record({ text: maybe(text), patientInstruction: maybe(text), asNeededBoolean: fc.boolean() }),
  ),
});

const bundles = fc
  .record({
    patients: fc.array(patients, { minLength: 1, maxLength: 5 }),
    observations: fc.array(observations, { maxLength: 5 }),
    reports: fc.array(reports, { maxLength: 3 }),
    orders: fc.array(orders, { maxLength: 3 }),
  })
  .map((generated) => [
    patient(ANA),
    ...generated.patients.map((members, index) => patient(numbered(index), members)),
    ...generated.observations.map((members, index) => observation(numbered(100 + index), members)),
    ...generated.reports.map((members, index) => report(numbered(200 + index), members)),
    ...generated.orders.map((members, index) => order(numbered(300 + index), members)),
  ]);

function map(resources: { id: string }[]) {
  const mapper = new BundleMapper();
  const { entry } = z.object({ entry: z.array(z.unknown()) }).parse(parseExactJson(bundleOf(...resources)));
  for (const item of entry) mapper.add(item);
  return mapper.resolve(new Set());
}

/** What `schema` makes of `row`; the same, when the row is as a client would have to send it. */
const through = (schema: z.ZodObject, row: object) => {
  const fields = Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'patientId'));
  return [schema.strict().parse(fields), fields];
};

describe('rows that resources of any content are mapped to', () => {
  it('are as the API would have taken and normalised them', () => {
    const Medication = NewMedication.extend({ id: Exam.shape.id });
    fc.assert(
      fc.property(bundles, (resources) => {
        const { rows } = map(resources);
        const pairs = [
          ...rows.patients.map((row) => through(Patient, row)),
          ...rows.exams.map((row) => through(Exam, row)),
          ...rows.medications.map((row) => through(Medication, row)),
        ];
        for (const [parsed, row] of pairs) expect(parsed).toEqual(row);
      }),
      { numRuns: 300 },
    );
  });

  it('are taken by the database', async () => {
    const database = await createImportDatabase();
    const folder = createFolder();
    try {
      fc.sample(bundles, 100).forEach((resources, index) =>
        folder.write(`${index}.json`, bundleOf(...resources)),
      );
      const { failures, imported, counts } = await database.import(folder.path);

      expect(failures).toEqual([]);
      expect(imported).toBe(100);
      expect(counts.exams.created).toBeGreaterThan(0);
      expect(counts.medications.created).toBeGreaterThan(0);
    } finally {
      folder.remove();
      await database.close();
    }
  });

  it('with the longest names that there can be fit the index of names', async () => {
    const database = await createImportDatabase();
    const folder = createFolder();
    try {
      const name = [{ family: '\ufdfa'.repeat(100), given: ['\ufdfa'.repeat(100)] }];
      const file = folder.write('long.json', bundleOf(patient(ANA, { name })));

      expect((await database.import(file)).failures).toEqual([]);
    } finally {
      folder.remove();
      await database.close();
    }
  });
});
