import { CborError } from '../cbor/cbor-error.js';
import { formatDecimal, parseDecimal } from '../cbor/decimal.js';

// Numbers as bytes that sort like the numbers. |v| = 0.D × 10^E: a head for sign and E, then three digits of D in each
// symbol of ten bits, then a symbol that says how many digits the last group holds.
const ZERO_HEAD = 0x80;
const SHORT = { low: -62, high: 61 };
const HEADS = {
  positive: { zeroExponent: 0xc0, longLow: 0x81, longHigh: 0xfe, flip: 0x8000_0000 },
  negative: { zeroExponent: 0x3f, longLow: 0x7e, longHigh: 0x01, flip: 0x7fff_ffff },
} as const;
const SYMBOL_BITS = 10;
const POSITIVE_OFFSET = 12;
const NEGATIVE_OFFSET = 1_011;
const LAST_SYMBOL = 1_023;

/** @throws {TypeError} when `text` is no number */
export function encodeLexDecimal(text: string): Buffer {
  const decimal = parseDecimal(text);
  if (decimal === undefined) throw new TypeError('a key that is no number');
  const { negative, digits, exponent } = decimal;
  if (digits === '') return Buffer.of(ZERO_HEAD);
  const symbols: number[] = [];
  for (let at = 0; at < digits.length; at += 3) {
    const group = Number(digits.slice(at, at + 3).padEnd(3, '0'));
    symbols.push(negative ? NEGATIVE_OFFSET - group : group + POSITIVE_OFFSET);
  }
  const terminator = (digits.length - 1) % 3;
  symbols.push(negative ? LAST_SYMBOL - terminator : terminator);
  return Buffer.concat([head(negative, exponent + digits.length), pack(symbols)]);
}

function head(negative: boolean, exponent: number): Buffer {
  const { zeroExponent, longLow, longHigh, flip } = negative ? HEADS.negative : HEADS.positive;
  if (exponent >= SHORT.low && exponent <= SHORT.high)
    return Buffer.of(negative ? zeroExponent - exponent : zeroExponent + exponent);
  const bytes = Buffer.alloc(5);
  bytes[0] = exponent < 0 ? longLow : longHigh;
  bytes.writeInt32BE((exponent ^ flip) | 0, 1);
  return bytes;
}

function pack(symbols: readonly number[]): Buffer {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const symbol of symbols) {
    held = (held << SYMBOL_BITS) | symbol;
    bits += SYMBOL_BITS;
    while (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 0xff);
    }
    held &= (1 << bits) - 1;
  }
  if (bits > 0) bytes.push((held << (8 - bits)) & 0xff);
  return Buffer.from(bytes);
}

/** A number as a text that DynamoDB takes. @throws {CborError} */
export function decodeLexDecimal(bytes: Buffer): string {
  const first = bytes[0];
  if (first === undefined) throw new CborError('a number without bytes');
  if (first === ZERO_HEAD) return '0';
  const negative = first < ZERO_HEAD;
  const { exponent, at } = readHead(bytes, first, negative);
  const digits: string[] = [];
  for (const symbol of unpack(bytes.subarray(at))) {
    const group = negative ? NEGATIVE_OFFSET - symbol : symbol - POSITIVE_OFFSET;
    // Below zero is the symbol that ends the number: it tells how many digits of the last group are none.
    if (group < 0 && digits.length > 0) {
      const padding = 2 - (negative ? LAST_SYMBOL - symbol : symbol);
      const text = digits.join('').slice(0, -padding || undefined);
      return formatDecimal(negative, text, exponent - text.length);
    }
    if (group < 0 || group > 999) break;
    digits.push(String(group).padStart(3, '0'));
  }
  throw new CborError('a number without end');
}

function readHead(bytes: Buffer, first: number, negative: boolean): { exponent: number; at: number } {
  const { zeroExponent, longLow, longHigh, flip } = negative ? HEADS.negative : HEADS.positive;
  if (first !== longLow && first !== longHigh)
    return { exponent: negative ? zeroExponent - first : first - zeroExponent, at: 1 };
  if (bytes.length < 5) throw new CborError('a number without exponent');
  return { exponent: (bytes.readInt32BE(1) ^ flip) | 0, at: 5 };
}

function* unpack(bytes: Buffer): Generator<number> {
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    if (bits < SYMBOL_BITS) continue;
    bits -= SYMBOL_BITS;
    yield held >> bits;
    held &= (1 << bits) - 1;
  }
}
