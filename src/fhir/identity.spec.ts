import { componentRowId, entryRowId, parseReference, rowId } from './identity.js';
import { uuidV5 } from '../common/uuid.js';

const DNS_NAMESPACE = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
const UUID = '7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34';

describe('uuidV5', () => {
  it('gives the example of RFC 9562, appendix A.4', () => {
    expect(uuidV5(DNS_NAMESPACE, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });
});

describe('rowId', () => {
  it('a uuid stays what it is, in lower case', () => {
    expect(rowId('Patient', UUID.toUpperCase())).toBe(UUID);
  });

  it('any other id becomes a uuid of its own for every type, the same for ever', () => {
    // Computed with Python's uuid.uuid5: a change of the namespace would orphan every imported row.
    expect(rowId('Patient', '12')).toBe('f9d02df9-66ba-5a9d-adc8-fa6b545f76f4');
    expect(rowId('Observation', '12')).not.toBe(rowId('Patient', '12'));
    expect(componentRowId(UUID, 1)).toBe('19e827cd-ec6c-5247-993b-c38d72bdf13f');
  });
});

describe('entryRowId', () => {
  it('without an id the address of the entry counts, if it is one of this type', () => {
    expect(entryRowId('Patient', undefined, `urn:uuid:${UUID.toUpperCase()}`)).toBe(UUID);
    expect(entryRowId('Patient', undefined, 'https://a.example/fhir/Patient/12')).toBe(
      rowId('Patient', '12'),
    );
    expect(entryRowId('Patient', undefined, 'https://a.example/fhir/Group/12')).toBeUndefined();
    expect(entryRowId('Patient', undefined, undefined)).toBeUndefined();
  });

  it.each(['', 'a b', 'x'.repeat(65), 'é', 'a/b'])('an id that FHIR does not allow is none: %j', (id) => {
    expect(entryRowId('Patient', id, `urn:uuid:${UUID}`)).toBeUndefined();
  });
});

describe('parseReference', () => {
  it.each([
    ['Patient/12', { type: 'Patient', id: rowId('Patient', '12') }],
    ['Patient/12/_history/3', { type: 'Patient', id: rowId('Patient', '12') }],
    ['https://a.example/fhir/Patient/12', { type: 'Patient', id: rowId('Patient', '12') }],
    [`Patient/${UUID.toUpperCase()}`, { type: 'Patient', id: UUID }],
    [`urn:uuid:${UUID}`, { type: undefined, id: UUID }],
  ])('%s', (reference, target) => {
    expect(parseReference(reference)).toEqual(target);
  });

  it.each(['', '#p', 'Patient', 'Patient?identifier=1|2', 'urn:uuid:12', 'urn:oid:1.2.3', '12'])(
    'names no resource by type and id: %j',
    (reference) => {
      expect(parseReference(reference)).toBeUndefined();
    },
  );
});
