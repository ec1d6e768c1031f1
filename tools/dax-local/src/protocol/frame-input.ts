import { CborError } from '../cbor/cbor-error.js';
import { CborReader } from '../cbor/cbor-reader.js';
import { CborScanner } from '../cbor/cbor-scanner.js';
import { methodOf, METHODS, type MethodName } from './methods.js';
import { ProtocolError } from './protocol-error.js';

const MAGIC = 'J7yne5G';
const HANDSHAKE_VALUES = 5;
const REQUEST_HEAD_VALUES = 2;
const SERVICE = 1;
/** Outside of byte strings nothing nests deeper: whatever is deep is inside of one. */
const MAX_FRAME_DEPTH = 8;
const EMPTY = Buffer.alloc(0);

export type Message =
  | { readonly kind: 'handshake'; readonly userAgent: string }
  | { readonly kind: 'request'; readonly method: MethodName; readonly args: CborReader }
  | { readonly kind: 'unknown'; readonly methodId: number };

/**
 * Cuts what a client sends into messages. Nothing in the stream says how long a message is, so the values are counted as
 * they arrive. What `next` answered stays valid: bytes are never written over.
 */
export class FrameInput {
  #bytes: Buffer = EMPTY;
  /** Bytes in use of `#bytes`. */
  #end = 0;
  readonly #scanner: CborScanner;
  /** Ends of the values of this message. */
  #ends: number[] = [];
  #expected = HANDSHAKE_VALUES;
  #greeted = false;
  #method: MethodName | undefined;

  constructor(private readonly maxFrameBytes: number) {
    this.#scanner = new CborScanner({ maxBytes: maxFrameBytes, maxDepth: MAX_FRAME_DEPTH });
  }

  /** Bytes that belong to no complete message. */
  get pendingBytes(): number {
    return this.#end;
  }

  /** Memory that is kept for them; at most twice as much. */
  get heldBytes(): number {
    return this.#bytes.buffer.byteLength;
  }

  get greeted(): boolean {
    return this.#greeted;
  }

  append(chunk: Buffer): void {
    if (this.#end === 0) {
      this.#bytes = chunk;
      this.#end = chunk.length;
      return;
    }
    const length = this.#end + chunk.length;
    if (length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(length, Math.min(this.#end * 2, this.maxFrameBytes)));
      this.#bytes.copy(larger, 0, 0, this.#end);
      this.#bytes = larger;
    }
    chunk.copy(this.#bytes, this.#end);
    this.#end = length;
  }

  /** The next message, once it is there. @throws {CborError} @throws {ProtocolError} */
  next(): Message | undefined {
    while (this.#ends.length < this.#expected) {
      const end = this.#scanner.next(this.#bytes, this.#end);
      if (end === undefined) return undefined;
      this.#ends.push(end);
      const unknown = this.#greeted ? this.#readHead() : this.#checkMagic();
      if (unknown !== undefined) return unknown;
    }
    return this.#greeted ? this.#takeRequest() : this.#takeHandshake();
  }

  /** As soon as the first value is there: what else a stranger sends is not waited for. */
  #checkMagic(): undefined {
    if (this.#ends.length === 1 && this.#reader(0).readText() !== MAGIC)
      throw new ProtocolError('the magic word of the handshake is wrong');
  }

  /** Service and method say how many values follow. An unknown method's cannot be counted. */
  #readHead(): Message | undefined {
    if (this.#ends.length !== REQUEST_HEAD_VALUES) return undefined;
    const reader = this.#reader(0);
    const service = reader.readInteger();
    if (service !== SERVICE) throw new ProtocolError(`unknown service ${service}`);
    const methodId = reader.readInteger();
    this.#method = methodOf(methodId);
    if (this.#method === undefined) return { kind: 'unknown', methodId };
    this.#expected = REQUEST_HEAD_VALUES + METHODS[this.#method].arguments;
    return undefined;
  }

  #takeHandshake(): Message {
    // Magic, layering and the session's id are passed over; the id is a number, text, bytes or null.
    const reader = this.#reader(this.#ends[2] ?? 0);
    let userAgent = '';
    reader.readMap(() => {
      const isUserAgent = reader.readText() === 'UserAgent';
      const value = reader.readText();
      if (isUserAgent) userAgent = value;
    });
    this.#greeted = true;
    this.#drop();
    return { kind: 'handshake', userAgent };
  }

  #takeRequest(): Message {
    const method = this.#method;
    if (method === undefined) throw new CborError('a request without method');
    const args = this.#reader(this.#ends[REQUEST_HEAD_VALUES - 1] ?? 0);
    this.#drop();
    return { kind: 'request', method, args };
  }

  #reader(from: number): CborReader {
    return new CborReader(this.#bytes, from, this.#ends.at(-1));
  }

  /** The message is taken: what follows it is the beginning of the next. */
  #drop(): void {
    const end = this.#ends.at(-1) ?? 0;
    this.#bytes = restOf(this.#bytes.subarray(end, this.#end));
    this.#end -= end;
    this.#ends = [];
    this.#expected = REQUEST_HEAD_VALUES;
    this.#method = undefined;
    this.#scanner.restart();
  }
}

/**
 * A short rest is copied, or an idle connection would keep the whole message before it. Half is the limit, so that many
 * messages in one chunk are not copied again and again. Without room behind it either way: appending copies, and the
 * message stays as it is.
 */
function restOf(rest: Buffer): Buffer {
  if (rest.length === 0) return EMPTY;
  if (rest.length * 2 >= rest.buffer.byteLength) return rest;
  // Not of Node's pool, which would be kept as a whole.
  const copy = Buffer.allocUnsafeSlow(rest.length);
  rest.copy(copy);
  return copy;
}
