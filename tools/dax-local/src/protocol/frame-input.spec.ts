import { CborWriter } from '../cbor/cbor-writer.js';
import { FrameInput } from './frame-input.js';
import { METHODS } from './methods.js';

const HANDSHAKE = new CborWriter()
  .text('J7yne5G')
  .integer(0)
  .null()
  .map(1)
  .text('UserAgent')
  .text('test')
  .integer(0)
  .finish();

/** A request with a table name of this length. */
function request(bytes: number): Buffer {
  return new CborWriter()
    .integer(1)
    .integer(METHODS.defineKeySchema.id)
    .bytes(Buffer.alloc(bytes, 'x'))
    .finish();
}

function greeted(): FrameInput {
  const input = new FrameInput(2 ** 24);
  input.append(HANDSHAKE);
  input.next();
  return input;
}

it('a large message that was taken, with nothing after it, leaves no memory behind', () => {
  const input = greeted();
  input.append(request(1_000_000));

  expect(input.next()?.kind).toBe('request');
  expect([input.pendingBytes, input.heldBytes]).toEqual([0, 0]);
});

it('a large message that was taken, with the beginning of another after it, leaves that beginning only', () => {
  const input = greeted();
  const next = request(100);
  input.append(Buffer.concat([request(1_000_000), next.subarray(0, 10)]));

  const first = input.next();
  expect([input.pendingBytes, input.heldBytes]).toEqual([10, 10]);
  input.append(next.subarray(10));
  const second = input.next();

  const lengths = [first, second].map(
    (message) => message?.kind === 'request' && message.args.readBytes().length,
  );
  expect(lengths).toEqual([1_000_000, 100]);
});

it('many messages in one chunk are all taken, and memory shrinks with what is left of them', () => {
  const input = greeted();
  input.append(Buffer.concat(Array.from({ length: 100 }, () => request(1_000))));

  let taken = 0;
  while (input.next() !== undefined) {
    taken++;
    expect(input.heldBytes).toBeLessThanOrEqual(2 * input.pendingBytes);
  }

  expect(taken).toBe(100);
});
