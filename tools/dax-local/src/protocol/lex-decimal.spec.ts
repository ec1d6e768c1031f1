import fc from 'fast-check';
import { formatDecimal, parseDecimal } from '../cbor/decimal.js';
import { decodeLexDecimal, encodeLexDecimal } from './lex-decimal.js';

const decimal = fc
  .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 38n - 1n }), fc.integer({ min: -130, max: 100 }))
  .map(([negative, digits, exponent]) => formatDecimal(negative, String(digits), exponent));

/** Of two numbers, exactly. */
function compare(one: string, other: string): number {
  const [a, b] = [one, other].map((text) => {
    const { negative, digits, exponent } = parseDecimal(text) ?? { negative: false, digits: '', exponent: 0 };
    return (negative ? -1n : 1n) * BigInt(digits || '0') * 10n ** BigInt(exponent + 200);
  }) as [bigint, bigint];
  return a < b ? -1 : a > b ? 1 : 0;
}

it.each([
  ['12.75', 'c222e00000'],
  ['0', '80'],
  ['-0.00', '80'],
])('writes %s as the client does', (text, hex) => {
  expect(encodeLexDecimal(text).toString('hex')).toBe(hex);
  expect(compare(decodeLexDecimal(encodeLexDecimal(text)), text)).toBe(0);
});

it('reads what it wrote', () => {
  fc.assert(
    fc.property(decimal, (text) => expect(compare(decodeLexDecimal(encodeLexDecimal(text)), text)).toBe(0)),
  );
});

it('sorts as bytes like the numbers', () => {
  fc.assert(
    fc.property(decimal, decimal, (one, other) =>
      expect(Math.sign(encodeLexDecimal(one).compare(encodeLexDecimal(other)))).toBe(compare(one, other)),
    ),
  );
});

it('has the same bytes for equal numbers, and keeps the zeros that a client wrote', () => {
  expect(encodeLexDecimal('1.10')).toEqual(encodeLexDecimal('1.1'));
  // 1.10: digits 110, then the symbol for three digits in the last group.
  expect(decodeLexDecimal(Buffer.from('c11e8080', 'hex'))).toBe('1.10');
});

it('writes exponents beyond the short form', () => {
  for (const text of ['1e125', '1e-130', '-1e125', '-1e-130'])
    expect(compare(decodeLexDecimal(encodeLexDecimal(text)), text)).toBe(0);
});
