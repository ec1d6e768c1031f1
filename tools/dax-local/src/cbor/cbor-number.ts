import { CborError } from './cbor-error.js';
import type { CborReader } from './cbor-reader.js';
import type { CborWriter } from './cbor-writer.js';
import { formatDecimal, parseDecimal } from './decimal.js';
import { MAJOR, TAG } from './heads.js';

/** DynamoDB's numbers end at 10^126: what is beyond this it will refuse, and is not written out. */
const MAX_ZEROS = 200;
/** From here the client would make a text with exponent of a bare bignum, which it then cannot read. */
const BARE_BIGNUM_LIMIT = 10n ** 21n;
const MAX_BIGNUM_BYTES = 128;

/** Any number of the protocol, as a text that DynamoDB takes: `12`, `-3e-7`. */
export function readNumber(reader: CborReader): string {
  switch (reader.peekMajor()) {
    case MAJOR.unsigned:
    case MAJOR.negative:
      return String(reader.readBigInteger());
    case MAJOR.tag:
      return readTagged(reader.readTag(), reader);
    default: {
      const value = reader.readFloat();
      if (!Number.isFinite(value)) throw new CborError('a number that is not finite');
      return String(value === 0 ? 0 : value);
    }
  }
}

/** The rest of a number whose tag was read. */
export function readTagged(tag: number, reader: CborReader): string {
  if (tag === TAG.positiveBignum || tag === TAG.negativeBignum) {
    const bytes = reader.readBytes();
    if (bytes.length > MAX_BIGNUM_BYTES) throw new CborError('a number that is too long');
    const magnitude = bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`);
    return String(tag === TAG.positiveBignum ? magnitude : -1n - magnitude);
  }
  if (tag !== TAG.decimalFraction) throw new CborError(`unknown tag ${tag}`);
  if (reader.readArrayHeader() !== 2) throw new CborError('a decimal fraction is no pair');
  const exponent = reader.readInteger();
  const mantissa = readMantissa(reader);
  const negative = mantissa.startsWith('-');
  return formatDecimal(negative, negative ? mantissa.slice(1) : mantissa, exponent);
}

function readMantissa(reader: CborReader): string {
  if (reader.peekMajor() !== MAJOR.tag) return String(reader.readBigInteger());
  const tag = reader.readTag();
  if (tag === TAG.decimalFraction) throw new CborError('a mantissa that is a fraction');
  return readTagged(tag, reader);
}

/** Writes a number of DynamoDB, without superfluous zeros, in the form that AWS's clients read back exactly. */
export function writeNumber(writer: CborWriter, text: string): void {
  const decimal = parseDecimal(text);
  if (decimal === undefined) throw new TypeError('no number of DynamoDB');
  const { negative, digits, exponent } = decimal;
  const isPlain = exponent >= 0 && exponent <= MAX_ZEROS;
  const magnitude = BigInt((digits || '0') + '0'.repeat(isPlain ? exponent : 0));
  const value = negative ? -magnitude : magnitude;
  if (!isPlain) writeInteger(writer.tag(TAG.decimalFraction).array(2).integer(exponent), value);
  else if (magnitude < BARE_BIGNUM_LIMIT) writeInteger(writer, value);
  else writeInteger(writer.tag(TAG.decimalFraction).array(2).integer(0), value);
}

function writeInteger(writer: CborWriter, value: bigint): void {
  const small = Number(value);
  if (Number.isSafeInteger(small)) {
    writer.integer(small);
    return;
  }
  const hex = (value < 0n ? -1n - value : value).toString(16);
  const bytes = Buffer.from(hex.length % 2 === 1 ? `0${hex}` : hex, 'hex');
  writer.tag(value < 0n ? TAG.negativeBignum : TAG.positiveBignum).bytes(bytes);
}
