/** A decimal number, exactly: digits × 10^exponent. `digits` has no leading and no trailing zero; zero is '' and 0. */
export interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

const FORM = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
const ZERO = 48;

/** Undefined when the text is no number. */
export function parseDecimal(text: string): Decimal | undefined {
  const [, sign, whole = '', fraction = '', exponent = '0'] = FORM.exec(text) ?? [];
  const all = whole + fraction;
  if (sign === undefined || all === '') return undefined;
  let start = 0;
  let end = all.length;
  while (start < end && all.charCodeAt(start) === ZERO) start++;
  while (end > start && all.charCodeAt(end - 1) === ZERO) end--;
  if (start === end) return { negative: false, digits: '', exponent: 0 };
  return {
    negative: sign === '-',
    digits: all.slice(start, end),
    exponent: Number(exponent) - fraction.length + (all.length - end),
  };
}

/** Digits before an exponent is used for a small fraction. */
const MAX_LEADING_ZEROS = 6;

/** digits × 10^exponent as a text that DynamoDB takes: all digits are kept, so its messages show what a client wrote. */
export function formatDecimal(negative: boolean, digits: string, exponent: number): string {
  const sign = negative ? '-' : '';
  if (exponent === 0) return sign + digits;
  const before = digits.length + exponent;
  if (exponent > 0 || before <= -MAX_LEADING_ZEROS) return `${sign}${digits}e${exponent}`;
  const padded = digits.padStart(1 - exponent, '0');
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}
