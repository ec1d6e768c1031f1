import { parseExactJson } from '../bundle/exact-json.js';
import { RESOURCES } from '../fhir-types.js';
import { dosageText } from './dosage.js';

function text(...instructions: object[]): string | undefined {
  const json = JSON.stringify({
    status: 'active',
    intent: 'order',
    subject: {},
    dosageInstruction: instructions,
  });
  return dosageText(RESOURCES.MedicationRequest.parse(parseExactJson(json)).dosageInstruction);
}

const repeat = (members: object) => ({ timing: { repeat: members } });

describe('dosageText', () => {
  it.each([
    ['as it is written', { text: 'One twice a day', asNeededBoolean: true }, 'One twice a day'],
    ['a dose with its unit', { doseAndRate: [{ doseQuantity: { value: 2, unit: 'tablets' } }] }, '2 tablets'],
    ['a dose without a unit', { doseAndRate: [{ doseQuantity: { value: 1 } }] }, 'dose 1'],
    [
      'a range of doses',
      { doseAndRate: [{ doseRange: { low: { value: 1, unit: 'mL' }, high: { value: 2 } } }] },
      '1 - 2 mL',
    ],
    ['a rhythm', repeat({ frequency: 2, period: 6, periodUnit: 'h' }), '2 times every 6 hours'],
    ['once a day', repeat({ frequency: 1, period: 1, periodUnit: 'd' }), '1 time every day'],
    ['a rhythm and a meal', repeat({ period: 1, periodUnit: 'wk', when: ['PCM'] }), 'every week, PCM'],
    ['a meal', repeat({ when: ['HS'] }), 'HS'],
    ['a code for the rhythm', { timing: { code: { text: 'BID' } } }, 'BID'],
    ['as needed', { sequence: 1, asNeededBoolean: true }, 'as needed'],
    ['as needed, and for what', { asNeededCodeableConcept: { text: 'pain' } }, 'as needed for pain'],
    [
      'all of it',
      {
        ...repeat({ frequency: 1, period: 4, periodUnit: 'h' }),
        doseAndRate: [{ doseQuantity: { value: 5, unit: 'mg' } }],
        route: { text: 'oral' },
        asNeededBoolean: true,
        additionalInstruction: [{ text: 'with food' }],
        patientInstruction: 'Do not drive',
      },
      '5 mg, 1 time every 4 hours, oral, as needed, with food, Do not drive',
    ],
    ['nothing', { sequence: 1, asNeededBoolean: false, text: ' ' }, undefined],
  ])('%s', (_name, instruction, expected) => {
    expect(text(instruction)).toBe(expected);
  });

  it('several are in their sequence', () => {
    expect(text({ sequence: 2, text: 'then one' }, {}, { sequence: 1, text: 'first two' })).toBe(
      'first two; then one',
    );
  });
});
