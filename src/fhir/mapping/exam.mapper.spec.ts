import { parseExactJson } from '../bundle/exact-json.js';
import { RESOURCES } from '../fhir-types.js';
import { componentRowId } from '../identity.js';
import { mapDiagnosticReport, mapObservation, type ExamDraft } from './exam.mapper.js';
import { SkipResource } from './skip.js';

const ID = '7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34';
const LOINC = 'http://loinc.org';
const code = (value: string, display = `name of ${value}`) => ({
  coding: [{ system: LOINC, code: value, display }],
});
const BASE = { status: 'final', code: code('8302-2'), effectiveDateTime: '2011-09-02T10:35:11+02:00' };

function read<T>(work: (notes: string[]) => T): { mapped?: T; reason?: string; notes: string[] } {
  const notes: string[] = [];
  try {
    return { mapped: work(notes), notes };
  } catch (error) {
    if (error instanceof SkipResource) return { reason: error.reason, notes };
    throw error;
  }
}

/** `json` because numbers are to be written as they may come. */
function observe(json: string, base: object = BASE) {
  const resource = parseExactJson(JSON.stringify(base).replace(/}$/, json === '' ? '}' : `,${json}}`));
  return read((notes) =>
    mapObservation(RESOURCES.Observation.parse(resource), ID, (note) => notes.push(note)),
  );
}

function report(members: object) {
  const resource = parseExactJson(JSON.stringify({ ...BASE, ...members }));
  return read((notes) =>
    mapDiagnosticReport(RESOURCES.DiagnosticReport.parse(resource), ID, (note) => notes.push(note)),
  );
}

const only = (exams: ExamDraft[] | undefined): ExamDraft => {
  expect(exams).toHaveLength(1);
  return exams![0]!;
};

describe('mapObservation', () => {
  it('a quantity', () => {
    expect(observe('"valueQuantity":{"value":7.10,"unit":"mmol/L","code":"x"}')).toEqual({
      mapped: [
        {
          id: ID,
          code: '8302-2',
          codeSystem: LOINC,
          name: 'name of 8302-2',
          result: '7.10',
          unit: 'mmol/L',
          date: '2011-09-02T08:35:11.000Z',
        },
      ],
      notes: [],
    });
  });

  it.each([
    ['"valueQuantity":{"value":0.5,"comparator":"<","code":"mg"}', '<0.5', 'mg'],
    ['"valueQuantity":{"value":1.30E+2}', '1.30E+2', null],
    ['"valueQuantity":{"unit":"mg"}', null, null],
    [
      '"valueCodeableConcept":{"text":"Never smoker","coding":[{"code":"1","display":"x"}]}',
      'Never smoker',
      null,
    ],
    [
      '"valueCodeableConcept":{"coding":[{"code":"1"},{"code":"2","display":"Former smoker"}]}',
      'Former smoker',
      null,
    ],
    ['"valueCodeableConcept":{"coding":[{"code":"266919005"}]}', '266919005', null],
    ['"valueString":" two\\nlines "', 'two\nlines', null],
    ['"valueString":" "', null, null],
    ['"valueBoolean":false', 'false', null],
    ['"valueInteger":0', '0', null],
    ['"valueDateTime":"2011-09"', '2011-09', null],
    ['"valueTime":"10:30:00"', '10:30:00', null],
    ['"valuePeriod":{"start":"2011","end":"2012"}', '2011/2012', null],
    ['"valueRange":{"low":{"value":1.0,"unit":"mg"},"high":{"value":2}}', '1.0 - 2', 'mg'],
    ['"valueRange":{"high":{"value":2,"unit":"mg"}}', '<=2', 'mg'],
    ['"valueRatio":{"numerator":{"value":1},"denominator":{"value":128}}', '1:128', null],
    [
      '"valueRatio":{"numerator":{"value":5,"unit":"mg"},"denominator":{"value":10,"unit":"mL"}}',
      '5 mg:10 mL',
      null,
    ],
    ['"valueSampledData":{"data":"1 2 3"}', null, null],
    ['"dataAbsentReason":{"text":"unknown"}', null, null],
    ['', null, null],
  ])('%s', (json, result, unit) => {
    expect(only(observe(json).mapped)).toMatchObject({ id: ID, result, unit });
  });

  it('components become exams of their own, with ids that follow from the observation', () => {
    const json = `"component":[
      {"code":${JSON.stringify(code('8480-6'))},"valueQuantity":{"value":120,"unit":"mm[Hg]"}},
      {"code":${JSON.stringify(code('8462-4'))},"valueQuantity":{"value":80,"unit":"mm[Hg]"}}]`;
    const date = '2011-09-02T08:35:11.000Z';
    const rest = { codeSystem: LOINC, unit: 'mm[Hg]', date };

    expect(observe(json).mapped).toEqual([
      { id: componentRowId(ID, 0), code: '8480-6', name: 'name of 8480-6', result: '120', ...rest },
      { id: componentRowId(ID, 1), code: '8462-4', name: 'name of 8462-4', result: '80', ...rest },
    ]);
  });

  it('a value of its own beside components stays', () => {
    const component = `"component":[{"code":{"text":"part"},"valueString":"b"}]`;

    expect(observe(`"valueString":"a",${component}`).mapped?.map(({ result }) => result)).toEqual(['a', 'b']);
  });

  it.each([
    [{ effectivePeriod: { start: '2001-01-01' } }, '2001-01-01T00:00:00.000Z'],
    [{ effectivePeriod: { end: '2002-01-01' } }, '2002-01-01T00:00:00.000Z'],
    [{ effectiveTiming: { event: ['2003-01-01'] } }, '2003-01-01T00:00:00.000Z'],
    [{ effectiveInstant: '2004-01-01T00:00:00Z' }, '2004-01-01T00:00:00.000Z'],
    [{ issued: '2005-01-01T00:00:00.5Z' }, '2005-01-01T00:00:00.500Z'],
  ])('without an effective time it is of %j', (members, date) => {
    const base = { status: 'final', code: code('1'), ...members };

    expect(only(observe('', base).mapped).date).toBe(date);
  });

  it.each([
    ['no date', { status: 'final', code: code('1') }, ''],
    ['a date that does not exist or is malformed', { ...BASE, effectiveDateTime: '2011-02-29' }, ''],
    ['no code', { ...BASE, code: { coding: [{ system: LOINC }], text: ' ' } }, ''],
    ['a code that is too long', { ...BASE, code: code('x'.repeat(101)) }, ''],
    ['no code', BASE, '"component":[{"code":{"text":"a"},"valueString":"a"},{"code":{}}]'],
    [
      'a modifier that is not known',
      BASE,
      '"component":[{"code":{"text":"a"},"modifierExtension":[{"url":"not"}]}]',
    ],
  ])('%s: the whole observation is left out', (reason, base, json) => {
    expect(observe(json, base)).toMatchObject({ reason });
  });

  it.each([
    [
      'chosen by the user',
      [
        { system: 'a', code: '1' },
        { system: 'b', code: '2', userSelected: true },
      ],
      'b',
      '2',
      0,
    ],
    ['the first one with a system', [{ code: '1' }, { system: 'b', code: '2' }], 'b', '2', 0],
    ['one without a system', [{ code: '1' }], 'urn:careline:code-system:unknown', '1', 1],
    ['un-encoded', [{ system: 'a' }], 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', 'UNC', 1],
  ])('its code is %s', (_name, coding, codeSystem, value, remarks) => {
    const { mapped, notes } = observe('', { ...BASE, code: { coding, text: 'Height' } });

    expect(only(mapped)).toMatchObject({ codeSystem, code: value, name: 'Height' });
    expect(notes).toHaveLength(remarks);
  });

  it('a number of absurd length is a mistake, not a result that may be cut', () => {
    const resource = parseExactJson(
      `{"status":"final","code":{"text":"a"},"valueInteger":${'9'.repeat(65)}}`,
    );

    expect(RESOURCES.Observation.safeParse(resource).success).toBe(false);
  });
});

describe('mapDiagnosticReport', () => {
  const text = {
    contentType: 'text/plain; charset=utf-8',
    data: Buffer.from('All well — Ångström').toString('base64'),
  };
  const pdf = { contentType: 'application/pdf', data: 'JVBERi0=' };

  it.each([
    ['its conclusion', { conclusion: 'Normal.', conclusionCode: [{ text: 'x' }] }, 'Normal.', 0],
    [
      'its coded conclusions',
      { conclusionCode: [{ text: 'A' }, { coding: [{ display: 'B' }] }], presentedForm: [text] },
      'A; B',
      0,
    ],
    ['its plain text', { conclusion: ' ', presentedForm: [pdf, text] }, 'All well — Ångström', 0],
    ['none, with a remark about its document', { presentedForm: [pdf] }, null, 1],
    ['none', {}, null, 0],
  ])('the result is %s', (_name, members, result, remarks) => {
    const { mapped, notes } = report(members);

    expect(mapped).toMatchObject({
      id: ID,
      code: '8302-2',
      result,
      unit: null,
      date: '2011-09-02T08:35:11.000Z',
    });
    expect(notes).toHaveLength(remarks);
  });

  it('a long conclusion is cut visibly', () => {
    expect(report({ conclusion: 'x'.repeat(5_000) }).mapped?.result).toMatch(/^x{3996} \[…\]$/);
  });
});
