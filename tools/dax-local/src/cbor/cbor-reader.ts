import { isUtf8 } from 'node:buffer';
import { CborError } from './cbor-error.js';
import { argumentBytes, BYTE, INDEFINITE, MAJOR } from './heads.js';

const MAX_DEPTH = 1_024;

/**
 * Reads values one after the other. Every method throws a {@link CborError} when the next value is of another kind, or
 * ends beyond the buffer. Byte strings are views on the buffer.
 */
export class CborReader {
  #depth = 0;

  constructor(
    private readonly bytes: Buffer,
    private position = 0,
    private readonly end = bytes.length,
  ) {}

  get done(): boolean {
    return this.position >= this.end;
  }

  /** The upper three bits of the next value's first byte. */
  peekMajor(): number {
    return this.peek() >> 5;
  }

  /** The next value's first byte. */
  peek(): number {
    if (this.done) throw new CborError('bytes end too early');
    return this.bytes[this.position] ?? 0;
  }

  /** Takes a null, if the next value is one. */
  tryNull(): boolean {
    if (this.peek() !== BYTE.null) return false;
    this.position++;
    return true;
  }

  readBoolean(): boolean {
    const byte = this.#take();
    if (byte !== BYTE.true && byte !== BYTE.false) throw new CborError('no boolean where one has to be');
    return byte === BYTE.true;
  }

  /** @throws {CborError} also for integers beyond 2^53 */
  readInteger(): number {
    const value = this.readBigInteger();
    if (typeof value === 'bigint') throw new CborError('an integer beyond 2^53');
    return value;
  }

  /** A bigint only where a number would not be exact. */
  readBigInteger(): number | bigint {
    const first = this.#take();
    const major = first >> 5;
    if (major > MAJOR.negative || (first & 31) === INDEFINITE)
      throw new CborError('no integer where one has to be');
    const argument = this.#argument(first & 31);
    if (major === MAJOR.unsigned) return argument;
    if (typeof argument === 'number' && argument < Number.MAX_SAFE_INTEGER) return -1 - argument;
    return -1n - BigInt(argument);
  }

  /** Of 16, 32 or 64 bits. */
  readFloat(): number {
    const first = this.#take();
    const width = argumentBytes(first & 31);
    const at = this.#advance(Math.max(width, 0));
    if (first === BYTE.float64) return this.bytes.readDoubleBE(at);
    if (first === BYTE.float32) return this.bytes.readFloatBE(at);
    if (first === BYTE.float16) return halfFloat(this.bytes.readUInt16BE(at));
    throw new CborError('no floating-point number where one has to be');
  }

  readText(): string {
    const bytes = this.#string(MAJOR.text);
    if (!isUtf8(bytes)) throw new CborError('text that is no UTF-8');
    return bytes.toString('utf8');
  }

  readBytes(): Buffer {
    return this.#string(MAJOR.bytes);
  }

  /** The content of a byte string, as CBOR of its own. */
  readEmbedded(): CborReader {
    return new CborReader(this.readBytes());
  }

  /** The rest of the buffer, as it is. */
  readRest(): Buffer {
    return this.bytes.subarray(this.position, (this.position = this.end));
  }

  readTag(): number {
    const first = this.#take();
    if (first >> 5 !== MAJOR.tag) throw new CborError('no tag where one has to be');
    return this.#length(first & 31);
  }

  readArray<T>(element: () => T): T[] {
    const values: T[] = [];
    this.#container(MAJOR.array, () => values.push(element()));
    return values;
  }

  /** Calls `entry` once for every entry; it has to read the key and the value. */
  readMap(entry: () => void): void {
    this.#container(MAJOR.map, entry);
  }

  /** Of an array of definite length, whose elements the caller then reads. */
  readArrayHeader(): number {
    const first = this.#take();
    if (first >> 5 !== MAJOR.array) throw new CborError('no array where one has to be');
    return this.#length(first & 31);
  }

  #container(major: number, element: () => void): void {
    const first = this.#take();
    if (first >> 5 !== major) throw new CborError('no array or map where one has to be');
    if (++this.#depth > MAX_DEPTH) throw new CborError('nested too deep');
    if ((first & 31) === INDEFINITE) {
      while (this.peek() !== BYTE.break) element();
      this.position++;
    } else {
      for (let left = this.#length(first & 31); left > 0; left--) element();
    }
    this.#depth--;
  }

  #string(major: number): Buffer {
    const first = this.#take();
    if (first >> 5 !== major) throw new CborError('no string where one has to be');
    if ((first & 31) !== INDEFINITE) return this.#slice(this.#length(first & 31));
    const chunks: Buffer[] = [];
    while (this.peek() !== BYTE.break) {
      const head = this.#take();
      if (head >> 5 !== major) throw new CborError('a chunk of a string is of another kind');
      chunks.push(this.#slice(this.#length(head & 31)));
    }
    this.position++;
    return Buffer.concat(chunks);
  }

  #slice(length: number): Buffer {
    const at = this.#advance(length);
    return this.bytes.subarray(at, at + length);
  }

  #take(): number {
    const byte = this.peek();
    this.position++;
    return byte;
  }

  #length(info: number): number {
    const argument = info === INDEFINITE ? -1 : this.#argument(info);
    if (typeof argument === 'bigint' || argument < 0) throw new CborError('a length that cannot be');
    return argument;
  }

  #argument(info: number): number | bigint {
    const width = argumentBytes(info);
    if (width < 0) throw new CborError('a reserved initial byte');
    if (width === 0) return info;
    const at = this.#advance(width);
    if (width < 8) return this.bytes.readUIntBE(at, width);
    const value = this.bytes.readBigUInt64BE(at);
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? value : Number(value);
  }

  #advance(count: number): number {
    const at = this.position;
    if (count > this.end - at) throw new CborError('bytes end too early');
    this.position += count;
    return at;
  }
}

/** RFC 8949, appendix D. */
function halfFloat(half: number): number {
  const exponent = (half >> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  const sign = half & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (mantissa + 1_024) * 2 ** (exponent - 25);
}
