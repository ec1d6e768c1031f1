import fc from 'fast-check';
import { readBearerHeader } from './bearer-header.js';

const TOKEN = 'aaaa.bb0.cg';
const BASE64URL_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
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
    ['two parts', 'aaaa.bbbb'],
    ['four parts', 'aaaa.bbbb.cccc.dddd'],
    ['an empty signature', 'aaaa.bbbb.'],
    ['padding', 'aaaa.bbbb.ccc0='],
    ['the alphabet of plain base64', 'aaaa.b+bb.c/cc'],
    ['a blank inside', 'aaaa.bbbb.cccc dddd'],
    ['two tokens', 'aaaa.bbbb.cccc,dddd.eeee.ffff'],
    ['an impossible length', 'aaaa.bbbb.ccccc'],
    ['unused bits set, after one byte', 'aaaa.bbbb.cc'],
    ['unused bits set, after two bytes', 'aaaa.bb1.cccc'],
    ['letters outside of ASCII', 'aaaa.bbbé.cccc'],
  ])('refuses a token with %s', (_, token) => {
    expect(read(`Bearer ${token}`)).toEqual({ kind: 'malformed' });
  });

  it('refuses two headers, even if they are equal or one is no bearer token', () => {
    expect(read(`Bearer ${TOKEN}`, `Bearer ${TOKEN}`)).toEqual({ kind: 'malformed' });
    expect(read(`Bearer ${TOKEN}`, 'Basic x')).toEqual({ kind: 'malformed' });
  });

  it('refuses a token over 8 KB and takes one of 8 KB', () => {
    const ofLength = (length: number) => `Bearer aaaa.bbbb.${'c'.repeat(length - 10)}`;

    expect(read(ofLength(8_190)).kind).toBe('token');
    expect(read(ofLength(8_194))).toEqual({ kind: 'malformed' });
  });

  it('any three parts in base64url are a token, and no other spelling of the same bytes is', () => {
    const bytes = fc.uint8Array({ minLength: 1 });
    fc.assert(
      fc.property(bytes, bytes, bytes, fc.constantFrom(...BASE64URL_ALPHABET), (a, b, c, last) => {
        const token = [a, b, c].map((part) => Buffer.from(part).toString('base64url')).join('.');
        expect(read(`Bearer ${token}`)).toEqual({ kind: 'token', token });

        const other = token.slice(0, -1) + last;
        const sameBytes = Buffer.from(other.split('.')[2] ?? '', 'base64url').equals(c);
        if (other !== token && sameBytes) expect(read(`Bearer ${other}`)).toEqual({ kind: 'malformed' });
      }),
    );
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
