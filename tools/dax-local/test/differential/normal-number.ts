import { parseDecimal } from '../../src/cbor/decimal.js';

/** Equal for equal numbers. */
export function normalNumber(text: string): string {
  const { negative, digits, exponent } = parseDecimal(text) ?? {
    negative: false,
    digits: text,
    exponent: NaN,
  };
  return `${negative ? '-' : ''}${digits}e${exponent}`;
}
