import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';

/** Seldom: too many digits, too large, too small. */
const TOO_LARGE = fc
  .integer({ min: 0, max: 9 })
  .map((at) => ['1e126', '1e-131', '123456789012345678901234567890123456789'][at] ?? '7');

/** Up to 38 significant digits, in the ways people write numbers. */
export const numberText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: -20, max: 20 }).map(String) },
  fc.maxSafeInteger().map(String),
  fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }).map(String),
  fc
    .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.integer({ min: 0, max: 12 }))
    .map(([negative, digits, scale]) => `${negative ? '-' : ''}${point(digits, scale)}`),
  fc
    .tuple(fc.integer({ min: -999, max: 999 }), fc.integer({ min: -120, max: 120 }))
    .map(([digits, exponent]) => `${digits}e${exponent}`),
  fc.constantFrom('0', '-0', '1.10', '1.0', '0.5', '1e21', '1e22', '9007199254740993', '-9007199254740993'),
  TOO_LARGE,
);

function point(digits: bigint, scale: number): string {
  const text = String(digits).padStart(scale + 1, '0');
  return scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`;
}

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('', 'a', 'ção', 'ключ', '🙂', 'x'.repeat(300)),
);
const binary = fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes));

/** Names of attributes: plain, reserved words, with dots, beyond ASCII. */
export const attributeName = fc.constantFrom(
  'a',
  'b',
  'n',
  'l',
  'm',
  'ss',
  'g',
  'select',
  'with.dot',
  'ключ',
);

export const scalar: fc.Arbitrary<AttributeValue> = fc.oneof(
  text.map((S) => ({ S })),
  numberText.map((N) => ({ N })),
  binary.map((B) => ({ B })),
  fc.boolean().map((BOOL) => ({ BOOL })),
  fc.constant({ NULL: true as const }),
);

/** Numbers that are equal may be written differently, and two of them in a set are an error: that is wanted too. */
export const set: fc.Arbitrary<AttributeValue> = fc.oneof(
  fc.uniqueArray(fc.constantFrom('x', 'y', 'z', 'ß'), { minLength: 1 }).map((SS) => ({ SS })),
  fc.uniqueArray(numberText, { minLength: 1, maxLength: 4 }).map((NS) => ({ NS })),
  fc
    .uniqueArray(binary, { minLength: 1, maxLength: 4, selector: (b) => b.toString('hex') })
    .map((BS) => ({ BS })),
);

export const value: fc.Arbitrary<AttributeValue> = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    set,
    fc.array(tie('value'), { maxLength: 3 }).map((L) => ({ L })),
    fc.dictionary(attributeName, tie('value'), { maxKeys: 3 }).map((M) => ({ M })),
  ),
})).value;

/** Attributes beside the key. Some names mostly have the type that updates and conditions expect of them. */
export const attributes: fc.Arbitrary<Record<string, AttributeValue>> = fc.oneof(
  fc.dictionary(attributeName, value, { maxKeys: 5 }),
  fc.record(
    {
      a: value,
      n: numberText.map((N) => ({ N })),
      l: fc.array(value, { maxLength: 4 }).map((L) => ({ L })),
      m: fc.dictionary(attributeName, value, { maxKeys: 3 }).map((M) => ({ M })),
      ss: fc.uniqueArray(fc.constantFrom('x', 'y', 'z'), { minLength: 1 }).map((SS) => ({ SS })),
      g: fc.constantFrom('one', 'two').map((S) => ({ S })),
    },
    { requiredKeys: [] },
  ),
);
