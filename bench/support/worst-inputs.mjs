// Requests that are as expensive as their size allows, and resources of an import.
const KIB = 1_024;
/** What a route of text takes at most; see @BodyLimit. */
const BODY_BYTES = { message: 64 * KIB, exam: 64 * KIB, patient: 16 * KIB, small: 4 * KIB };
/** Node takes 16 KiB of address and header fields. */
const HEAD_BYTES = 15 * KIB;
const ENVELOPE_BYTES = 400;
const IMPORTED_BYTES = 200_000;
/** Of two combining classes in the wrong order, again and again: NFC sorts them. */
const MARKS = '\u0301\u0327';
const SPACE_AND_LINE = '\n ';

const filled = (unit, bytes) => unit.repeat(Math.floor(bytes / Buffer.byteLength(unit)));
const json = (text) => JSON.stringify(text).length;
const marks = (bytes) => `a${filled(MARKS, bytes - ENVELOPE_BYTES)}`;
const escaped = (unit, bytes) => unit.repeat(Math.floor((bytes - ENVELOPE_BYTES) / (json(unit) - 2)));

const post = (path, body) => ({
  method: 'POST',
  path,
  headers: { 'content-type': 'application/json' },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const get = (path, headers = {}) => ({ method: 'GET', path, headers });
const message = (text) => post('/api/messages', { to: 'nobody', text });

/** By name: of bodies, addresses, header fields. Those without a token are marked. */
export const REQUESTS = [
  ['message: marks', message(marks(BODY_BYTES.message))],
  ['message: spaces and line ends', message(`a${escaped(SPACE_AND_LINE, BODY_BYTES.message)}a`)],
  ['message: the longest, runs of 30 marks', message(`a${MARKS.repeat(15)}`.repeat(129))],
  ['message: the longest that is normalised', message(`a${MARKS.repeat(15)}`.repeat(774))],
  ['message: the longest, decomposed', message('\u1112\u1161\u11ab'.repeat(4_000))],
  ['message: control characters', message(`a${escaped('\u0001', BODY_BYTES.message)}`)],
  ['message: 6,000 unknown fields', post('/api/messages', unknownFields(6_000))],
  ['message: nested arrays', post('/api/messages', '['.repeat(32_000) + ']'.repeat(32_000))],
  ['message: a long number', post('/api/messages', `{"text":${'9'.repeat(65_000)}}`)],
  ['message: `__proto__` again and again', post('/api/messages', `[${'"__proto__"   ,'.repeat(4_300)}0]`)],
  ['patient: marks in a name', post('/api/patients', { givenName: marks(BODY_BYTES.patient) })],
  ['handle for a token, no token: marks', post('/api/dev/tokens', { handle: marks(BODY_BYTES.small) })],
  ['search of a name: marks', get(`/api/patients?name=a${filled(encodeURIComponent(MARKS), HEAD_BYTES)}`)],
  ['search of a name: 50 words', get(`/api/patients?name=${'a%20'.repeat(50)}`)],
  ['cursor of 8,192 letters', get(`/api/patients?cursor=${'A'.repeat(8_192)}`)],
  ['address of 15 KiB', get(`/api/${'a/'.repeat(HEAD_BYTES / 2)}`)],
  ['7,000 parameters', get(`/api/patients?${'a&'.repeat(7_000)}`)],
  ['If-None-Match: quotes', get('/api/patients', { 'if-none-match': '"a'.repeat(HEAD_BYTES / 2) })],
  ['Cache-Control: commas', get('/api/patients', { 'cache-control': ','.repeat(HEAD_BYTES) })],
  ['Cache-Versions: commas', get('/api/patients', { 'cache-versions': ','.repeat(4_096) })],
  ['Cache-Versions: no tags', get('/api/patients', { 'cache-versions': 'A=1.a,'.repeat(682) })],
  [
    'Authorization: 8 KiB, no token',
    { ...get('/api/patients', { authorization: `Bearer ${'a.'.repeat(4_090)}` }), open: true },
  ],
];

const PATIENT = {
  resourceType: 'Patient',
  id: 'p',
  name: [{ family: 'A', given: ['B'] }],
  birthDate: '1950-06-30',
};

/** By name: patients of a bundle. */
export const RESOURCES = [
  [
    'import, name: 200 KB of marks',
    { ...PATIENT, name: [{ family: filled(MARKS, IMPORTED_BYTES), given: ['B'] }] },
  ],
  [
    'import, address: 200 KB of spaces',
    { ...PATIENT, address: [{ text: `a${' '.repeat(IMPORTED_BYTES)}a` }] },
  ],
];

function unknownFields(count) {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i.toString(36)}`, 1]));
}
