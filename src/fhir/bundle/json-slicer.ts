import type { FileLimits } from '../limits.js';
import { FileFailure } from './file-failure.js';

/** The bytes of one JSON value, or why they were not kept. */
export type Slice = Buffer | 'too large' | 'too deep';

/** Receives the pieces of a document, in its order. */
export interface SliceHandlers {
  /** A member of the outermost object, other than the list that is taken apart. */
  member(key: string, value: Slice): void;
  /** An element of that list. */
  element(value: Slice): void;
}

type State =
  | 'start'
  | 'firstKey'
  | 'key'
  | 'colon'
  | 'value'
  | 'next'
  | 'firstElement'
  | 'element'
  | 'nextElement'
  | 'end';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/**
 * Cuts a JSON document into the members of its outermost object and the elements of one list among them, while it
 * arrives; no more than one piece is ever held. It checks the structure between the pieces. That a piece itself is
 * JSON is for the parser to say to whom it is given: here only strings and brackets are followed, which is safe on
 * UTF-8 because no byte of a longer character looks like either.
 */
export class JsonSlicer {
  private state: State = 'start';
  private key = '';
  private parts: Buffer[] = [];
  private bytes = 0;
  private nodes = 0;
  private depth = 0;
  private inString = false;
  private escaped = false;
  private slicing: 'no' | 'nested' | 'scalar' = 'no';
  private dropped: Exclude<Slice, Buffer> | undefined;

  constructor(
    private readonly listKey: string,
    private readonly handlers: SliceHandlers,
    private readonly limits: Pick<FileLimits, 'maxValueBytes' | 'maxValueNodes' | 'maxDepth'>,
  ) {}

  /** @throws {FileFailure} where the structure is not that of one JSON object */
  write(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      at = this.slicing === 'no' ? this.step(chunk, at) : this.slice(chunk, at);
    }
  }

  /** @throws {FileFailure} where the document has not ended */
  end(): void {
    if (this.state === 'start') throw new FileFailure('the file is empty');
    if (this.state !== 'end') throw new FileFailure('the JSON is truncated');
  }

  /** Handles one byte between pieces, and says where to go on. */
  private step(chunk: Buffer, at: number): number {
    const byte = chunk.readUInt8(at);
    if (isSpace(byte)) return at + 1;
    switch (this.state) {
      case 'start':
        return this.expect(byte === OPEN_OBJECT, 'firstKey', at);
      case 'firstKey':
      case 'key':
        if (byte === CLOSE_OBJECT && this.state === 'firstKey') return this.goTo('end', at);
        return byte === QUOTE ? this.open(byte, at) : this.malformed();
      case 'colon':
        return this.expect(byte === COLON, 'value', at);
      case 'value':
        if (this.key !== this.listKey) return this.open(byte, at);
        if (byte !== OPEN_LIST) throw new FileFailure(`"${this.listKey}" is not a list`);
        return this.goTo('firstElement', at);
      case 'next':
        if (byte === CLOSE_OBJECT) return this.goTo('end', at);
        return this.expect(byte === COMMA, 'key', at);
      case 'firstElement':
      case 'element':
        if (byte === CLOSE_LIST && this.state === 'firstElement') return this.goTo('next', at);
        return this.open(byte, at);
      case 'nextElement':
        if (byte === CLOSE_LIST) return this.goTo('next', at);
        return this.expect(byte === COMMA, 'element', at);
      case 'end':
        throw new FileFailure(
          byte === OPEN_OBJECT ? 'several JSON values in one file (NDJSON?)' : 'text follows the JSON',
        );
    }
  }

  private open(byte: number, at: number): number {
    const nested = byte === QUOTE || byte === OPEN_OBJECT || byte === OPEN_LIST;
    this.slicing = nested ? 'nested' : 'scalar';
    return at;
  }

  /** Follows a piece through `chunk` from `at`, and says where to go on. */
  private slice(chunk: Buffer, at: number): number {
    const end = this.slicing === 'scalar' ? endOfScalar(chunk, at) : this.endOfNested(chunk, at);
    const stop = end ?? chunk.length;
    this.keep(chunk.subarray(at, stop));
    if (end !== undefined) this.finish();
    return stop;
  }

  /** The index after the piece, or undefined when it goes on in the next chunk. */
  private endOfNested(chunk: Buffer, from: number): number | undefined {
    let { depth, nodes, inString, escaped } = this;
    let end: number | undefined;
    for (let at = from; at < chunk.length && end === undefined; at += 1) {
      const byte = chunk[at];
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) {
          inString = false;
          if (depth === 0) end = at + 1;
        }
      } else if (byte === QUOTE) inString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        depth += 1;
        nodes += 1;
        if (depth > this.limits.maxDepth) this.dropped = 'too deep';
      } else if (byte === COMMA) nodes += 1;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        depth -= 1;
        if (depth === 0) end = at + 1;
      }
    }
    if (nodes > this.limits.maxValueNodes) this.dropped ??= 'too large';
    Object.assign(this, { depth, nodes, inString, escaped });
    return end;
  }

  private keep(part: Buffer): void {
    this.bytes += part.length;
    if (this.bytes > this.limits.maxValueBytes) this.dropped ??= 'too large';
    if (this.dropped === undefined) this.parts.push(part);
    else this.parts = [];
  }

  private finish(): void {
    const [first] = this.parts;
    const whole = this.parts.length === 1 && first !== undefined ? first : Buffer.concat(this.parts);
    const slice = this.dropped ?? whole;
    this.parts = [];
    this.bytes = 0;
    this.nodes = 0;
    this.slicing = 'no';
    this.dropped = undefined;
    this.emit(slice);
  }

  private emit(slice: Slice): void {
    if (this.state === 'firstKey' || this.state === 'key') {
      this.key = Buffer.isBuffer(slice) ? parseKey(slice) : '';
      this.state = 'colon';
    } else if (this.state === 'value') {
      this.state = 'next';
      this.handlers.member(this.key, slice);
    } else {
      this.state = 'nextElement';
      this.handlers.element(slice);
    }
  }

  private expect(condition: boolean, next: State, at: number): number {
    return condition ? this.goTo(next, at) : this.malformed();
  }

  private goTo(state: State, at: number): number {
    this.state = state;
    return at + 1;
  }

  private malformed(): never {
    throw new FileFailure(this.state === 'start' ? 'not a JSON object' : 'the JSON is malformed');
  }
}

function endOfScalar(chunk: Buffer, from: number): number | undefined {
  for (let at = from; at < chunk.length; at += 1) {
    const byte = chunk.readUInt8(at);
    if (isSpace(byte) || byte === COMMA || byte === CLOSE_LIST || byte === CLOSE_OBJECT) return at;
  }
  return undefined;
}

function parseKey(slice: Buffer): string {
  try {
    return String(JSON.parse(slice.toString('utf8')));
  } catch (error) {
    throw new FileFailure('the JSON is malformed', error);
  }
}
