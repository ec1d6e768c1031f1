import { BYTE, MAJOR } from './heads.js';

const FIRST_CAPACITY = 256;

/** Writes values one after the other, with lengths as short as they can be. */
export class CborWriter {
  #bytes = Buffer.allocUnsafe(FIRST_CAPACITY);
  #length = 0;

  /** What was written so far: it stays as it is when more is written. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  integer(value: number): this {
    return value < 0 ? this.#head(MAJOR.negative, -1 - value) : this.#head(MAJOR.unsigned, value);
  }

  float(value: number): this {
    const at = this.#reserve(9);
    this.#bytes[at] = BYTE.float64;
    this.#bytes.writeDoubleBE(value, at + 1);
    return this;
  }

  boolean(value: boolean): this {
    return this.#byte(value ? BYTE.true : BYTE.false);
  }

  null(): this {
    return this.#byte(BYTE.null);
  }

  text(value: string): this {
    const length = Buffer.byteLength(value, 'utf8');
    this.#head(MAJOR.text, length);
    const at = this.#reserve(length);
    this.#bytes.write(value, at, 'utf8');
    return this;
  }

  bytes(value: Uint8Array): this {
    return this.#head(MAJOR.bytes, value.length).raw(value);
  }

  /** Bytes that are CBOR already, or that have no head. */
  raw(value: Uint8Array): this {
    const at = this.#reserve(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  tag(tag: number): this {
    return this.#head(MAJOR.tag, tag);
  }

  array(length: number): this {
    return this.#head(MAJOR.array, length);
  }

  map(entries: number): this {
    return this.#head(MAJOR.map, entries);
  }

  /** A map of unknown length, for {@link break} to end. */
  indefiniteMap(): this {
    return this.#byte(BYTE.indefiniteMap);
  }

  break(): this {
    return this.#byte(BYTE.break);
  }

  #byte(value: number): this {
    const at = this.#reserve(1);
    this.#bytes[at] = value;
    return this;
  }

  #head(major: number, argument: number): this {
    const lead = major << 5;
    if (argument < 24) return this.#byte(lead | argument);
    if (argument <= 0xff) return this.#sized(lead | 24, argument, 1);
    if (argument <= 0xffff) return this.#sized(lead | 25, argument, 2);
    if (argument <= 0xffff_ffff) return this.#sized(lead | 26, argument, 4);
    const at = this.#reserve(9);
    this.#bytes[at] = lead | 27;
    this.#bytes.writeBigUInt64BE(BigInt(argument), at + 1);
    return this;
  }

  #sized(first: number, argument: number, width: number): this {
    const at = this.#reserve(1 + width);
    this.#bytes[at] = first;
    this.#bytes.writeUIntBE(argument, at + 1, width);
    return this;
  }

  #reserve(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#length, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
    }
    return at;
  }
}
