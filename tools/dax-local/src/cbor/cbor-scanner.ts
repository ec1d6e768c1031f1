import { CborError } from './cbor-error.js';
import { argumentBytes, BYTE, INDEFINITE, MAJOR } from './heads.js';

/** What is still open around the next value: a count of values to come, or one of these. */
const UNTIL_BREAK = -1;
const CHUNKS_UNTIL_BREAK = -2;

/**
 * Finds where values end, in a buffer that grows, without looking at any byte twice and without making any object: a
 * large frame costs time in proportion to its length, however many pieces it comes in.
 */
export class CborScanner {
  #position = 0;
  /** Bytes of a string that are not there yet. */
  #skip = 0;
  readonly #open: number[] = [];

  constructor(private readonly limits: { maxBytes: number; maxDepth: number }) {}

  /**
   * Goes on from where it stopped, to the end of one value. Answers its end, or undefined when `end` comes first; then
   * call it again with more bytes.
   * @throws {CborError} when this can never be a value, or is larger or deeper than allowed
   */
  next(bytes: Buffer, end: number): number | undefined {
    for (;;) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, end - this.#position);
        this.#position += step;
        this.#skip -= step;
        if (this.#skip > 0) return undefined;
        if (this.#closeValue()) return this.#position;
      }
      const head = this.#head(bytes, end);
      if (head === undefined) return undefined;
      if (head) return this.#position;
    }
  }

  /** The next value starts here: positions of `next` count from it. */
  restart(): void {
    this.#position = 0;
  }

  /** Takes one initial byte and its argument. True when that ended a value; undefined when bytes are missing. */
  #head(bytes: Buffer, end: number): boolean | undefined {
    const at = this.#position;
    if (at >= end) return undefined;
    const first = bytes[at] ?? 0;
    const major = first >> 5;
    const info = first & 31;
    const width = argumentBytes(info);
    if (width < 0) throw new CborError(`reserved initial byte 0x${first.toString(16)}`);
    if (at + 1 + width > end) return undefined;
    this.#position = at + 1 + width;
    if (this.#position > this.limits.maxBytes) throw this.#tooLong();
    if (first === BYTE.break) return this.#break();
    if (info === INDEFINITE) return this.#openIndefinite(major);
    if (this.#open.at(-1) === CHUNKS_UNTIL_BREAK && major !== MAJOR.bytes && major !== MAJOR.text)
      throw new CborError('a chunk of a string is no string');
    return this.#sized(major, width === 0 ? info : readArgument(bytes, at + 1, width));
  }

  #sized(major: number, argument: number): boolean {
    switch (major) {
      case MAJOR.bytes:
      case MAJOR.text:
        if (argument > this.limits.maxBytes - this.#position) throw this.#tooLong();
        this.#skip = argument;
        return argument === 0 && this.#closeValue();
      case MAJOR.array:
      case MAJOR.map: {
        const values = major === MAJOR.map ? argument * 2 : argument;
        // Every value takes a byte at least.
        if (values > this.limits.maxBytes - this.#position) throw this.#tooLong();
        if (values === 0) return this.#closeValue();
        this.#push(values);
        return false;
      }
      case MAJOR.tag:
        this.#push(1);
        return false;
      default:
        return this.#closeValue();
    }
  }

  #openIndefinite(major: number): boolean {
    if (major === MAJOR.bytes || major === MAJOR.text) this.#push(CHUNKS_UNTIL_BREAK);
    else if (major === MAJOR.array || major === MAJOR.map) this.#push(UNTIL_BREAK);
    else throw new CborError('a number or tag of indefinite length');
    return false;
  }

  #break(): boolean {
    const open = this.#open.pop();
    if (open === undefined || open > 0) throw new CborError('a break outside of an indefinite value');
    return this.#closeValue();
  }

  /** A value ended: so may what it was the last part of. True when nothing is open any more. */
  #closeValue(): boolean {
    for (;;) {
      const open = this.#open.pop();
      if (open === undefined) return true;
      if (open < 0) this.#open.push(open);
      else if (open > 1) this.#open.push(open - 1);
      else continue;
      return false;
    }
  }

  #push(open: number): void {
    if (this.#open.length >= this.limits.maxDepth) throw new CborError('nested too deep');
    this.#open.push(open);
  }

  #tooLong(): CborError {
    return new CborError(`a frame of more than ${this.limits.maxBytes} bytes`);
  }
}

function readArgument(bytes: Buffer, at: number, width: number): number {
  if (width === 8) return bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
  return bytes.readUIntBE(at, width);
}
