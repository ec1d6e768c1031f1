import fc from 'fast-check';
import { readBearerHeader } from './bearer-header.js';

const TOKEN = 'aaa.bbb.ccc';
const read = (...values: string[]) =>
  readBearerHeader(['Host', 'x', ...values.flatMap((value) => ['Authorization', value]), 'Accept', '*/*']);

describe('readBearerHeader', () => {
  it.each([`Bearer ${TOKEN}`, `bearer ${TOKEN}`, `BEARER   ${TOKEN}`, ` Bearer ${TOKEN} `])(
    'finds the token in "%s"',
    (value) => {
      expect(read(value)).toEqual({ kind: 'token', token: TOKEN });
    },
  );

  it('finds the header whatever the case of its name', () => {
    expect(readBearerHeader(['AUTHORIZATION', `Bearer ${TOKEN}`])).toEqual({ kind: 'token', token: TOKEN });
  });

  it.each(['', 'Bearer', 'Bearer ', 'Basic YW5hOmFuYQ==', 'Digest x', `Bearer:${TOKEN}`, TOKEN])(
    'finds no bearer token in "%s"',
    (value) => {
      expect(read(value)).toEqual({ kind: 'missing' });
    },
  );

  it('finds no token where there is no header', () => {
    expect(read()).toEqual({ kind: 'missing' });
    expect(readBearerHeader([])).toEqual({ kind: 'missing' });
  });

  it.each([
    ['two parts', 'aaa.bbb'],
    ['four parts', 'aaa.bbb.ccc.ddd'],
    ['an empty signature', 'aaa.bbb.'],
    ['padding', 'aaa.bbb.ccc='],
    ['the alphabet of plain base64', 'aaa.b+b.c/c'],
    ['a blank inside', 'aaa.bbb.ccc ddd'],
    ['two tokens', 'aaa.bbb.ccc,ddd.eee.fff'],
    ['letters outside of ASCII', 'aaa.bbé.ccc'],
  ])('refuses a token with %s', (_, token) => {
    expect(read(`Bearer ${token}`)).toEqual({ kind: 'malformed' });
  });

  it('refuses two headers, even if they are equal or one is no bearer token', () => {
    expect(read(`Bearer ${TOKEN}`, `Bearer ${TOKEN}`)).toEqual({ kind: 'malformed' });
    expect(read(`Bearer ${TOKEN}`, 'Basic x')).toEqual({ kind: 'malformed' });
  });

  it('refuses a token over 8 KB and takes one of 8 KB', () => {
    const ofLength = (length: number) => `Bearer a.b.${'c'.repeat(length - 4)}`;

    expect(read(ofLength(8_192)).kind).toBe('token');
    expect(read(ofLength(8_193))).toEqual({ kind: 'malformed' });
  });

  it('any text is missing, malformed, or a token of three base64url parts', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }).map((text) => `Bearer ${text}`),
    );
    fc.assert(
      fc.property(fc.array(value, { maxLength: 3 }), (values) => {
        const header = read(...values);
        if (header.kind === 'token') expect(header.token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
        if (values.length > 1) expect(header.kind).toBe('malformed');
      }),
    );
  });
});
