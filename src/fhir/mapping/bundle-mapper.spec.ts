import { parseExactJson } from '../bundle/exact-json.js';
import { UnreadEntry } from '../bundle/read-bundle.js';
import { componentRowId, rowId } from '../identity.js';
import type { Tally } from '../tally.js';
import { BundleMapper } from './bundle-mapper.js';

const ANA = '7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34';
const PATIENT = {
  resourceType: 'Patient',
  id: ANA,
  name: [{ family: 'Ruiz', given: ['Ana'] }],
  gender: 'female',
  birthDate: '1950-06-30',
};
const CODE = { coding: [{ system: 'http://loinc.org', code: '1', display: 'One' }] };
const OBSERVATION = {
  resourceType: 'Observation',
  id: 'o1',
  status: 'final',
  code: CODE,
  subject: { reference: `Patient/${ANA}` },
  effectiveDateTime: '2011-09-02',
  valueString: 'a',
};
const REPORT = { ...OBSERVATION, resourceType: 'DiagnosticReport', id: 'r1', valueString: undefined };
const ORDER = {
  resourceType: 'MedicationRequest',
  id: 'm1',
  status: 'active',
  intent: 'order',
  subject: { reference: `Patient/${ANA}` },
  authoredOn: '2011-09-02',
  medicationCodeableConcept: CODE,
};

function mapperOf(...entries: unknown[]): BundleMapper {
  const mapper = new BundleMapper();
  for (const entry of entries) mapper.add(parseExactJson(JSON.stringify(entry)));
  return mapper;
}

function map(...resources: unknown[]) {
  return mapEntries(...resources.map((resource) => ({ resource })));
}

function mapEntries(...entries: unknown[]) {
  const { rows, skipped, notes } = mapperOf(...entries).resolve(new Set());
  return { ...rows, skipped: flat(skipped), notes: flat(notes) };
}

const flat = (tally: Tally) =>
  tally.lines().flatMap(({ reason, types }) => types.map(([type, count]) => `${count} ${type}: ${reason}`));

describe('BundleMapper', () => {
  it('a patient with an exam, a report and a medication, whatever the order of the entries', () => {
    const { patients, exams, medications, skipped, notes } = map(ORDER, REPORT, OBSERVATION, PATIENT);

    expect(patients.map(({ id }) => id)).toEqual([ANA]);
    expect(exams.map(({ id, patientId }) => [id, patientId])).toEqual([
      [rowId('DiagnosticReport', 'r1'), ANA],
      [rowId('Observation', 'o1'), ANA],
    ]);
    expect(medications).toMatchObject([{ id: rowId('MedicationRequest', 'm1'), patientId: ANA, code: '1' }]);
    expect([skipped, notes]).toEqual([[], []]);
  });

  describe('subjects', () => {
    const urn = 'urn:uuid:aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';

    it.each([
      ['by the address of its entry', urn],
      ['by the same address in capitals', urn.toUpperCase().replace('URN:UUID', 'urn:uuid')],
      ['by type and id', `Patient/${ANA}`],
      ['by a version', `Patient/${ANA}/_history/2`],
      ['by an absolute address', `https://a.example/fhir/Patient/${ANA}`],
    ])('are found %s', (_name, reference) => {
      const { exams } = mapEntries(
        { resource: { ...OBSERVATION, subject: { reference } } },
        { fullUrl: urn, resource: PATIENT },
      );

      expect(exams.map(({ patientId }) => patientId)).toEqual([ANA]);
    });

    it('an address that is neither uuid nor URL is compared as it is', () => {
      const reference = 'urn:oid:1.2.3';

      expect(
        mapEntries(
          { resource: { ...OBSERVATION, subject: { reference } } },
          { fullUrl: reference, resource: PATIENT },
        ).exams,
      ).toHaveLength(1);
    });

    it.each([
      ['no subject', undefined],
      ['no subject', { display: 'Ana' }],
      ['its subject is no patient', { reference: 'Group/1' }],
      ['its subject is no patient', { reference: '#ana' }],
      ['its subject is no patient', { reference: 'Patient?identifier=1' }],
      ['its patient is neither in the bundle nor in the database', { reference: 'Patient/other' }],
    ])('%s: left out', (reason, subject) => {
      const { exams, skipped } = map(PATIENT, { ...OBSERVATION, subject });

      expect(exams).toEqual([]);
      expect(skipped).toEqual([`1 Observation: ${reason}`]);
    });

    it('those that the bundle does not have are asked of the database, and count when it has them', () => {
      const other = { reference: 'Patient/other' };
      const mapper = mapperOf(
        { resource: PATIENT },
        { resource: OBSERVATION },
        { resource: { ...OBSERVATION, id: 'o2', subject: other } },
        { resource: { ...ORDER, subject: other } },
      );

      expect(mapper.patientsElsewhere()).toEqual([rowId('Patient', 'other')]);
      const { rows, skipped } = mapper.resolve(new Set([rowId('Patient', 'other')]));
      expect(rows.exams.map(({ patientId }) => patientId)).toEqual([ANA, rowId('Patient', 'other')]);
      expect(rows.medications).toHaveLength(1);
      expect(skipped.total).toBe(0);
      expect(mapper.resolve(new Set()).skipped.total).toBe(2);
    });

    it('a patient that cannot be mapped may still be one that the database has', () => {
      const mapper = mapperOf({ resource: { ...PATIENT, birthDate: undefined } }, { resource: OBSERVATION });

      expect(mapper.patientsElsewhere()).toEqual([ANA]);
    });
  });

  describe('ordered medications', () => {
    const medication = {
      resourceType: 'Medication',
      id: 'drug',
      code: { coding: [{ system: 's', code: '7' }], text: 'Drug' },
    };
    const urn = 'urn:uuid:aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
    const order = (members: object) => ({ ...ORDER, medicationCodeableConcept: undefined, ...members });

    it.each([
      ['the address of its entry', order({ medicationReference: { reference: urn } })],
      ['type and id', order({ medicationReference: { reference: 'Medication/drug' } })],
      [
        'an id of its own, contained',
        order({
          contained: [{ resourceType: 'Organization', id: 'drug' }, 7, { ...medication, id: 'in' }],
          medicationReference: { reference: '#in' },
        }),
      ],
    ])('are found by %s', (_name, resource) => {
      const { medications, skipped } = mapEntries(
        { resource: PATIENT },
        { resource },
        { fullUrl: urn, resource: medication },
      );

      expect(medications).toMatchObject([{ code: '7', codeSystem: 's', name: 'Drug' }]);
      expect(skipped).toEqual([]);
    });

    it('one that is not there is known by the words for it, with a remark', () => {
      const { medications, notes } = map(
        PATIENT,
        order({ medicationReference: { reference: 'Medication/other', display: 'Aspirin' } }),
      );

      expect(medications).toMatchObject([{ code: 'UNC', name: 'Aspirin' }]);
      expect(notes).toEqual(['1 MedicationRequest: a concept in words only: its code is "un-encoded"']);
    });

    it.each([
      ['its medication is not in the bundle', { medicationReference: { reference: 'Medication/other' } }],
      ['its medication is not in the bundle', { medicationReference: { reference: '#in' } }],
      ['its medication is not in the bundle', { medicationReference: { reference: `Patient/${ANA}` } }],
      ['no medication', {}],
      ['no code', { medicationCodeableConcept: {} }],
      ['no date', { medicationCodeableConcept: CODE, authoredOn: undefined }],
      ['an order not to give', { medicationCodeableConcept: CODE, doNotPerform: true }],
      ['a proposal, plan or option, not an order', { medicationCodeableConcept: CODE, intent: 'plan' }],
      ['malformed (status)', { medicationCodeableConcept: CODE, status: 'invented' }],
    ])('%s: left out', (reason, members) => {
      const { medications, skipped } = map(PATIENT, order(members));

      expect(medications).toEqual([]);
      expect(skipped).toEqual([`1 MedicationRequest: ${reason}`]);
    });

    it('a cancelled order is kept, with that status', () => {
      expect(map(PATIENT, { ...ORDER, status: 'cancelled' }).medications).toMatchObject([
        { status: 'cancelled' },
      ]);
    });
  });

  describe('resources that were withdrawn', () => {
    it.each(['entered-in-error', 'cancelled'])('a result that is %s is to go', (status) => {
      const { exams, observations, withdrawnReports, skipped } = map(
        PATIENT,
        { ...OBSERVATION, status, subject: undefined },
        { ...REPORT, status },
      );

      expect(exams).toEqual([]);
      expect(observations).toEqual([{ id: rowId('Observation', 'o1'), components: 0, ownRow: false }]);
      expect(withdrawnReports).toEqual([rowId('DiagnosticReport', 'r1')]);
      expect(skipped).toEqual([`1 DiagnosticReport: ${status}`, `1 Observation: ${status}`]);
    });

    it('an order that was entered in error is to go', () => {
      const { medications, withdrawnMedications } = map(PATIENT, { ...ORDER, status: 'entered-in-error' });

      expect(medications).toEqual([]);
      expect(withdrawnMedications).toEqual([rowId('MedicationRequest', 'm1')]);
    });
  });

  it('says how far an observation reaches, so that what it had beyond can go', () => {
    const component = [{ code: CODE, valueString: 'b' }];
    const { exams, observations } = map(PATIENT, { ...OBSERVATION, valueString: undefined, component });

    expect(exams.map(({ id }) => id)).toEqual([componentRowId(rowId('Observation', 'o1'), 0)]);
    expect(observations).toEqual([{ id: rowId('Observation', 'o1'), components: 1, ownRow: false }]);
  });

  it('of a resource that stands there twice the last one counts', () => {
    const { patients, exams, skipped } = map(
      { ...PATIENT, gender: 'male' },
      OBSERVATION,
      { ...OBSERVATION, valueString: 'b' },
      PATIENT,
    );

    expect(patients).toMatchObject([{ gender: 'female' }]);
    expect(exams).toMatchObject([{ result: 'b' }]);
    expect(skipped).toEqual([
      '1 Observation: stands in the bundle again: the last one counts',
      '1 Patient: stands in the bundle again: the last one counts',
    ]);
  });

  it.each([
    ['Entry: malformed', 7],
    ['Entry: malformed', { resource: 'x' }],
    ['Entry: malformed', { fullUrl: 7, resource: PATIENT }],
    ['Entry: without a resource', { fullUrl: 'a' }],
    ['Entry: its request is neither POST nor PUT', { request: { method: 'DELETE' } }],
    ['Entry: its request is neither POST nor PUT', { resource: PATIENT, request: { method: 'DELETE' } }],
    ['Claim: not part of the record', { resource: { resourceType: 'Claim' } }],
    ['Unknown type: not part of the record', { resource: { resourceType: 'Jane Doe has a cold' } }],
    ['Patient: no usable id', { resource: { ...PATIENT, id: 'Jane Doe' } }],
    ['Patient: no usable id', { resource: { ...PATIENT, id: undefined } }],
    ['Observation: malformed (valueQuantity)', { resource: { ...OBSERVATION, valueQuantity: 5 } }],
    ['Observation: malformed (code)', { resource: { ...OBSERVATION, code: 5 } }],
    ['Patient: malformed (name)', { resource: { ...PATIENT, name: 'Jane Doe' } }],
    ['Patient: malformed (name.given)', { resource: { ...PATIENT, name: [{ given: ['Jane', 7] }] } }],
    [
      'Patient: a modifier that is not known',
      { resource: { ...PATIENT, modifierExtension: [{ url: 'x' }] } },
    ],
    ['Patient: a modifier that is not known', { resource: { ...PATIENT, implicitRules: 'x' } }],
  ])('%s', (reason, entry) => {
    expect(mapEntries(entry).skipped).toEqual([`1 ${reason}`]);
  });

  it('an entry that was not read is left out', () => {
    const mapper = new BundleMapper();
    mapper.add(new UnreadEntry('too large'));

    expect(flat(mapper.resolve(new Set()).skipped)).toEqual(['1 Entry: too large']);
  });
});
