import fc from 'fast-check';
import { CborError } from './cbor-error.js';
import { CborScanner } from './cbor-scanner.js';

const LIMITS = { maxBytes: 1_000, maxDepth: 4 };

/** Ends of the values in `bytes`, which come in pieces of the given sizes. */
function ends(bytes: Buffer, pieces: readonly number[]): number[] {
  const scanner = new CborScanner(LIMITS);
  const found: number[] = [];
  let there = 0;
  for (const piece of [...pieces, bytes.length]) {
    there = Math.min(bytes.length, there + piece);
    for (let end = scanner.next(bytes, there); end !== undefined; end = scanner.next(bytes, there))
      found.push(end);
  }
  return found;
}

it.each([
  ['01', [1]],
  ['1a1b2bcf02', [5]],
  ['6161', [2]],
  ['8201820203', [5]],
  ['9f01ff', [3]],
  ['bf0102ff', [4]],
  ['5f4101420203ff', [7]],
  ['c48221190102', [6]],
  ['a0f6fb3ff8000000000000', [1, 2, 11]],
  ['82018301', []],
  ['62', []],
])('finds the ends in %s', (hex, expected) => {
  expect(ends(Buffer.from(hex, 'hex'), [])).toEqual(expected);
});

it('finds the same ends, however the bytes come in pieces', () => {
  const bytes = Buffer.from(
    '67' + '4a37796e653547' + '8201bf6161f5ff' + '5f4101420203ff' + 'c3430102031903e8',
    'hex',
  );
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5 })), (pieces) =>
      expect(ends(bytes, pieces)).toEqual(ends(bytes, [])),
    ),
  );
});

it.each([
  ['ff', 'a break outside of an indefinite value'],
  ['8201ff', 'a break outside of an indefinite value'],
  ['1c', 'reserved initial byte 0x1c'],
  ['df', 'a number or tag of indefinite length'],
  ['5f01', 'a chunk of a string is no string'],
  ['8181818181', 'nested too deep'],
  ['5a00001000', 'a frame of more than 1000 bytes'],
  ['9bffffffffffffffff', 'a frame of more than 1000 bytes'],
])('refuses %s', (hex, reason) => {
  expect(() => ends(Buffer.from(hex, 'hex'), [])).toThrow(new CborError(reason));
});
