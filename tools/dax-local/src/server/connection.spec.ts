import { jest } from '@jest/globals';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { CborWriter } from '../cbor/cbor-writer.js';
import { METHODS } from '../protocol/methods.js';
import { BufferBudget } from './buffer-budget.js';
import { Connection } from './connection.js';
import { DEFAULT_LIMITS } from './limits.js';
import type { Session } from './session.js';

const ANSWER_BYTES = 1_000_000;
const TIMEOUT_MS = 60_000;
const HANDSHAKE = new CborWriter().text('J7yne5G').integer(0).null().map(0).integer(0).finish();
const REQUEST = new CborWriter().integer(1).integer(METHODS.endpoints.id).finish();

/** A client that sends one request, and takes of the answer what `read` is called for. */
function connect(maxBufferedBytes = 2 * ANSWER_BYTES) {
  const reads: (() => void)[] = [];
  const socket = new Duplex({
    read: () => undefined,
    write: (_chunk, _encoding, done) => void reads.push(done),
  });
  const reasons: string[] = [];
  const budget = new BufferBudget(maxBufferedBytes);
  new Connection(Object.assign(socket, { setNoDelay: () => socket }) as unknown as Socket, {
    limits: { ...DEFAULT_LIMITS, frameTimeoutMs: TIMEOUT_MS },
    budget,
    session: { handle: () => Promise.resolve(Buffer.alloc(ANSWER_BYTES)) } as unknown as Session,
    onReject: (reason) => reasons.push(reason),
  });
  socket.push(Buffer.concat([HANDSHAKE, REQUEST]));
  const read = (): void => reads.splice(0).forEach((done) => done());
  return { socket, reasons, budget, read };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** Everything that happens at once. */
const settle = (): Promise<void> => jest.advanceTimersByTimeAsync(0).then(() => undefined);

it('an answer that is not read counts as memory, and its connection ends after the time limit', async () => {
  const { socket, reasons, budget } = connect();

  await settle();
  const meanwhile = budget.usedBytes;
  await jest.advanceTimersByTimeAsync(TIMEOUT_MS - 1);
  const before = socket.destroyed;
  await jest.advanceTimersByTimeAsync(1);

  expect(meanwhile).toBe(ANSWER_BYTES + 1);
  expect([before, socket.destroyed]).toEqual([false, true]);
  expect(reasons).toEqual(['an answer was not read in time']);
  expect(budget.usedBytes).toBe(0);
});

it('an answer that is read late counts no more, and its connection stays', async () => {
  const { socket, reasons, budget, read } = connect();

  await jest.advanceTimersByTimeAsync(TIMEOUT_MS - 1);
  read();
  await jest.advanceTimersByTimeAsync(TIMEOUT_MS);

  expect([socket.destroyed, reasons, budget.usedBytes]).toEqual([false, [], 0]);
});

it('an answer that is not read and takes more than all may hold ends its connection at once', async () => {
  const { socket, reasons, budget } = connect(ANSWER_BYTES);

  await settle();

  expect(socket.destroyed).toBe(true);
  expect(reasons).toEqual(['answers that are not read take too much memory']);
  expect(budget.usedBytes).toBe(0);
});

it('a client that leaves without its answer takes it from memory', async () => {
  const { socket, reasons, budget } = connect();

  await settle();
  socket.destroy();
  await settle();

  expect([reasons, budget.usedBytes]).toEqual([[], 0]);
});
