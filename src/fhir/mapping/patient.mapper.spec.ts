import { parseExactJson } from '../bundle/exact-json.js';
import { RESOURCES } from '../fhir-types.js';
import type { PatientRow } from '../rows.js';
import { mapPatient } from './patient.mapper.js';
import { SkipResource } from './skip.js';

const ID = '7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34';
const BASE = {
  name: [{ family: "O'Brien", given: ['Josefa', 'María'] }],
  birthDate: '1950-06-30',
  gender: 'female',
};

function map(members: object): { row: PatientRow; notes: string[] } {
  const notes: string[] = [];
  const patient = RESOURCES.Patient.parse(parseExactJson(JSON.stringify({ ...BASE, ...members })));
  return { row: mapPatient(patient, ID, (note) => notes.push(note)), notes };
}

function reason(members: object): string | undefined {
  try {
    map(members);
  } catch (error) {
    if (error instanceof SkipResource) return error.reason;
    throw error;
  }
  return undefined;
}

describe('mapPatient', () => {
  it('a plain patient', () => {
    expect(map({})).toEqual({
      row: {
        id: ID,
        givenName: 'Josefa María',
        familyName: "O'Brien",
        birthDate: '1950-06-30',
        deathDate: null,
        gender: 'female',
        phone: null,
        email: null,
        address: null,
      },
      notes: [],
    });
  });

  it('of several names the official one counts, then the usual one, without prefix and suffix', () => {
    const [old, usual, official] = [
      { use: 'maiden', family: 'Ruiz', given: ['J.'] },
      { use: 'usual', family: 'Brien', given: ['Pepa'] },
      { use: 'official', family: "O'Brien", given: ['Josefa', null], prefix: ['Dr.'], suffix: ['PhD'] },
    ];

    expect(map({ name: [old, usual, official] }).row).toMatchObject({
      familyName: "O'Brien",
      givenName: 'Josefa',
    });
    expect(map({ name: [old, usual] }).row).toMatchObject({ familyName: 'Brien', givenName: 'Pepa' });
    expect(map({ name: [old, { ...usual, use: undefined }] }).row.familyName).toBe('Brien');
    expect(map({ name: [{ ...usual, use: 'invented' }, old] }).row.familyName).toBe('Ruiz');
    expect(map({ name: [{ use: 'official' }, usual] }).row.familyName).toBe('Brien');
  });

  it('one name is enough, with a remark; none at all is not', () => {
    const remark = ['a patient with one name only: the other is "-"'];

    expect(map({ name: [{ family: 'Suharto' }] })).toMatchObject({
      row: { familyName: 'Suharto', givenName: '-' },
      notes: remark,
    });
    expect(map({ name: [{ given: ['Lili'] }] })).toMatchObject({
      row: { familyName: '-', givenName: 'Lili' },
      notes: remark,
    });
    expect(map({ name: [{ text: 'Madonna' }] })).toMatchObject({
      row: { familyName: 'Madonna', givenName: '-' },
      notes: remark,
    });
    expect(reason({ name: [] })).toBe('no name');
    expect(reason({ name: [{ family: ' ', given: ['\0'] }] })).toBe('no name');
  });

  it.each([
    ['1950', '1950-01-01', ['a date without day or month became its first day']],
    ['1950-06', '1950-06-01', ['a date without day or month became its first day']],
  ])('a birth date of %s is its first day, with a remark', (birthDate, day, remarks) => {
    const { row, notes } = map({ birthDate });

    expect(row.birthDate).toBe(day);
    expect(notes).toEqual(remarks);
  });

  it('without a birth date that exists there is no patient', () => {
    expect(reason({ birthDate: undefined })).toBe('no birth date');
    expect(reason({ birthDate: '1950-02-30' })).toBe('a date that does not exist or is malformed');
  });

  it.each([
    [
      'the day of a time, as it was there',
      { deceasedDateTime: '2012-11-26T23:30:00-11:00' },
      '2012-11-26',
      0,
    ],
    ['the first day of a month', { deceasedDateTime: '2012-11' }, '2012-11-01', 1],
    ['the birth date, when the first day would lie before it', { deceasedDateTime: '1950' }, '1950-06-30', 1],
    ['none, when it lies before the birth', { deceasedDateTime: '1950-06-29' }, null, 1],
    ['none, when only the death is known', { deceasedBoolean: true }, null, 1],
    ['none, for the living', { deceasedBoolean: false }, null, 0],
  ])('the death date is %s', (_name, members, deathDate, remarks) => {
    const { row, notes } = map(members);

    expect(row.deathDate).toBe(deathDate);
    expect(notes).toHaveLength(remarks);
  });

  it('a gender that is no code of FHIR is unknown, with a remark', () => {
    expect(map({ gender: 'F' })).toMatchObject({
      row: { gender: 'unknown' },
      notes: [expect.stringMatching('gender')],
    });
    expect(map({ gender: undefined }).row.gender).toBe('unknown');
    expect(map({ gender: 'unknown' }).notes).toEqual([]);
  });

  it('phone and email are those of the best rank in use', () => {
    const telecom = [
      { system: 'phone', value: '1', use: 'old', rank: 1 },
      { system: 'fax', value: '2' },
      { system: 'phone', value: ' 3 ' },
      { system: 'phone', value: '4', rank: 2 },
      { system: 'email', value: 'a@b.example' },
    ];

    expect(map({ telecom }).row).toMatchObject({ phone: '4', email: 'a@b.example' });
    expect(map({ telecom: telecom.slice(0, 3) }).row).toMatchObject({ phone: '3', email: null });
  });

  it('an email address that is none is left out, with a remark', () => {
    const { row, notes } = map({ telecom: [{ system: 'email', value: 'ask the daughter' }] });

    expect(row.email).toBeNull();
    expect(notes).toEqual(['an email address that is none was left out']);
  });

  it('the address is one line: of the home first, made of its parts, else as it is written out', () => {
    const parts = {
      line: ['12 High Street', 'Apt 3 '],
      city: 'Chelsea',
      state: 'MA',
      postalCode: '02149',
      country: 'US',
    };

    expect(
      map({
        address: [
          { use: 'work', city: 'Boston' },
          { use: 'home', ...parts },
        ],
      }).row.address,
    ).toBe('12 High Street, Apt 3, Chelsea, MA 02149, US');
    expect(map({ address: [{ text: 'Calle Mayor 1\n28013 Madrid' }] }).row.address).toBe(
      'Calle Mayor 1, 28013 Madrid',
    );
    expect(map({ address: [{ text: ' Calle Mayor 1 \r\n \n\t28013 Madrid\n' }] }).row.address).toBe(
      'Calle Mayor 1, 28013 Madrid',
    );
    expect(map({ address: [{}] }).row.address).toBeNull();
  });
});
