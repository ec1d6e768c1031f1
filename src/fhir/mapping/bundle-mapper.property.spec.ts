import fc from 'fast-check';
import { parseExactJson } from '../bundle/exact-json.js';
import type { Tally } from '../tally.js';
import { BundleMapper } from './bundle-mapper.js';

const ANA = '7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34';
const CODE = { coding: [{ system: 'http://loinc.org', code: '1', display: 'One' }] };
const OF_ANA = {
  status: 'final',
  code: CODE,
  subject: { reference: `Patient/${ANA}` },
  effectiveDateTime: '2011-09-02',
};
const BASES = [
  {
    resourceType: 'Patient',
    id: ANA,
    name: [{ family: 'Ruiz', given: ['Ana'] }],
    gender: 'female',
    birthDate: '1950-06-30',
  },
  { ...OF_ANA, resourceType: 'Observation', id: 'o1', valueString: 'a' },
  { ...OF_ANA, resourceType: 'DiagnosticReport', id: 'r1' },
  {
    ...OF_ANA,
    resourceType: 'MedicationRequest',
    id: 'm1',
    status: 'active',
    intent: 'order',
    authoredOn: '2011',
    medicationCodeableConcept: CODE,
  },
  { resourceType: 'Medication', id: 'm', code: CODE },
];
const MEMBERS = [
  ...new Set(BASES.flatMap((base) => Object.keys(base))),
  'component',
  'contained',
  'valueQuantity',
  'fullUrl',
];

function mapperOf(entries: unknown[]): BundleMapper {
  const mapper = new BundleMapper();
  for (const entry of entries) mapper.add(parseExactJson(JSON.stringify(entry)));
  return mapper;
}

const flat = (tally: Tally) =>
  tally.lines().flatMap(({ reason, types }) => types.map(([type, count]) => `${count} ${type}: ${reason}`));

describe('BundleMapper, whatever it gets', () => {
  /** A resource that is right but for a few members, which are anything. */
  const damaged = fc
    .tuple(
      fc.constantFrom(...BASES),
      fc.dictionary(fc.constantFrom(...MEMBERS), fc.jsonValue(), { maxKeys: 3 }),
    )
    .map(([base, damage]) => ({ resource: { ...base, ...damage } }));
  const entry = fc.oneof(
    fc.jsonValue(),
    damaged,
    fc.record({ fullUrl: fc.jsonValue(), resource: fc.jsonValue() }),
  );

  it('never throws, and counts every entry as a row, a medication or a reason', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 8 }), (entries) => {
        const { rows, skipped } = mapperOf(entries).resolve(new Set([ANA]));
        const withComponents = rows.observations.filter(({ components }) => components > 0).length;
        const medications = entries.filter((value) =>
          /"resourceType":"Medication"/.test(JSON.stringify(value)),
        ).length;
        const counted = rows.patients.length + rows.exams.length + rows.medications.length + skipped.total;

        expect(counted + withComponents + medications).toBeGreaterThanOrEqual(entries.length);
      }),
      { numRuns: 1_000 },
    );
  });

  it('reasons and remarks say nothing of what it was', () => {
    const secret = 'S3CRET';
    const said = fc
      .tuple(
        fc.constantFrom(...BASES),
        fc.constantFrom(...MEMBERS),
        fc.constantFrom<unknown>(secret, [secret], { [secret]: secret }),
      )
      .map(([base, member, value]) => ({ fullUrl: secret, resource: { ...base, [member]: value } }));
    fc.assert(
      fc.property(fc.array(said, { maxLength: 5 }), (entries) => {
        const { skipped, notes } = mapperOf(entries).resolve(new Set([ANA]));

        expect([...flat(skipped), ...flat(notes)].join()).not.toContain(secret);
      }),
    );
  });
});
