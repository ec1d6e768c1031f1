import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ItemCache } from '../src/cache/item-cache.js';
import { QueryCache } from '../src/cache/query-cache.js';
import { Replication } from '../src/cache/replication.js';
import { WriteThrough } from '../src/cache/write-through.js';
import type { NodeContext } from '../src/operations/node-context.js';
import { TableSchemas } from '../src/operations/table-schemas.js';
import { AttributeLists } from '../src/protocol/attribute-lists.js';
import { BufferBudget } from '../src/server/buffer-budget.js';
import { Connection } from '../src/server/connection.js';
import { encodeEndpoints } from '../src/server/endpoints.js';
import { Faults } from '../src/server/faults.js';
import { DEFAULT_LIMITS } from '../src/server/limits.js';
import { Session, type SessionNode } from '../src/server/session.js';
import { soundRequests } from './support/frames.js';
import { handshake } from './support/raw-client.js';
import { createTable, directClient, dropTables } from './support/table.js';

const INPUTS = 100_000;
const CACHE = { ttlMs: Infinity, maxBytes: 2 ** 20, now: () => performance.now() };
/** What JavaScript says of a fault in the server itself. */
const FAULT = /Cannot|undefined|is not a|iterable|out of range|Invalid/;
const MAX_GROWTH_BYTES = 150 * 2 ** 20;

/** A socket without a network: a hundred thousand real ones would use up the machine's ports. */
class MemorySocket extends Duplex {
  readonly localAddress = '127.0.0.1';
  /** The first bytes of what it was answered. */
  answer = '';

  override _read(): void {
    // What comes in is pushed.
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.answer += chunk.toString('latin1', 0, 300);
    done();
  }

  setNoDelay(): this {
    return this;
  }

  destroySoon(): void {
    this.destroy();
  }
}

/** Numbers that are the same in every run (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const random = randomFrom(20_260_101);
const INTERESTING = Buffer.from(
  '00171818191a1b1f3b40585a5b5f60787b7f80989b9fa0b8bbbfc0c2c4d9f4f6f7f9fbff',
  'hex',
);

/** The bytes with a few changes: bits, bytes that mean something, cuts, repeats. */
function mutated(bytes: Buffer): Buffer {
  let result = Buffer.from(bytes);
  for (let changes = 1 + random(3); changes > 0; changes--) {
    const at = random(result.length + 1);
    const kind = random(5);
    if (kind === 0) result = result.subarray(0, at);
    else if (kind === 1)
      result = Buffer.concat([result.subarray(0, at), result.subarray(random(result.length + 1))]);
    else if (at < result.length)
      result[at] =
        kind === 2 ? (result[at] ?? 0) ^ (1 << random(8)) : (INTERESTING[random(INTERESTING.length)] ?? 0);
  }
  return result;
}

const direct = directClient();
let table: string;
let node: SessionNode;
const budget = new BufferBudget(DEFAULT_LIMITS.maxBufferedBytes);
const reasons = new Map<string, number>();

beforeAll(async () => {
  table = await createTable(direct, ['S', 'N']);
  const dynamodb = outOfReach(table);
  const context: NodeContext = {
    dynamodb,
    schemas: new TableSchemas(dynamodb),
    lists: await AttributeLists.open({ maxLists: 1_000 }),
    writes: new WriteThrough(new Replication(0, CACHE.now)),
    items: new ItemCache(CACHE),
    queries: new QueryCache(CACHE),
  };
  node = {
    id: 0,
    faults: new Faults(),
    credentials: undefined,
    context,
    endpoints: () => encodeEndpoints([], 0),
  };
});

afterAll(async () => {
  await dropTables(direct, [table]);
  node.context.dynamodb.destroy();
  direct.destroy();
});

/** A DynamoDB that nobody can reach, but for the description of the table: sound requests fail at once. */
function outOfReach(known: string): DynamoDBClient {
  const client = directClient();
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const { TableName } = args.input as { TableName?: string };
        if (commandName === 'DescribeTableCommand' && TableName === known) return next(args);
        throw new Error('out of reach');
      },
    { step: 'initialize', name: 'outOfReach' },
  );
  return client;
}

/** Sends the bytes over a connection of their own, and ends it when the server has had its say. */
async function send(bytes: Buffer): Promise<MemorySocket> {
  const socket = new MemorySocket({ allowHalfOpen: false });
  const session = new Session(node, socket as unknown as Socket);
  const onReject = (reason: string): void => {
    const kind = reason.replaceAll(/-?\d+|0x[0-9a-f]+/g, 'N');
    reasons.set(kind, (reasons.get(kind) ?? 0) + 1);
  };
  new Connection(socket as unknown as Socket, { limits: DEFAULT_LIMITS, budget, session, onReject });
  const cut = random(bytes.length + 1);
  socket.push(bytes.subarray(0, cut));
  socket.push(bytes.subarray(cut));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  // Time to read all of it, before the end comes.
  for (let turns = 0; turns < 3; turns++) await new Promise(setImmediate);
  if (!socket.destroyed) socket.push(null);
  await closed;
  return socket;
}

/** One input of the many: noise, a bad handshake, or requests that were sound once. */
function anInput(sound: readonly Buffer[]): Buffer {
  const kind = random(10);
  if (kind < 2)
    return Buffer.concat([handshake(), Buffer.from(Array.from({ length: random(64) }, () => random(256)))]);
  if (kind < 3) return mutated(handshake());
  const one = (): Buffer => sound[random(sound.length)] ?? Buffer.alloc(0);
  return Buffer.concat([handshake(), ...(kind < 5 ? [one()] : []), mutated(one())]);
}

function memoryBytes(): number {
  setFlagsFromString('--expose_gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

it('survives a hundred thousand malformed inputs, and holds nothing of them', async () => {
  const sound = soundRequests(table);
  for (const input of sound) await send(Buffer.concat([handshake(), input]));
  expect(reasons.size).toBe(0);
  const before = memoryBytes();

  const answers = new Set<string>();
  let left = INPUTS;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const { answer } = await send(anInput(sound));
      if (FAULT.test(answer)) answers.add(answer);
    }
  };
  await Promise.all(Array.from({ length: 200 }, worker));

  // Ends that were too early are no fault of the protocol; half of the others are.
  expect([...reasons.values()].reduce((sum, one) => sum + one, 0)).toBeGreaterThan(INPUTS / 5);
  expect(reasons.size).toBeGreaterThan(15);
  expect([...reasons.keys(), ...answers].filter((text) => FAULT.test(text))).toEqual([]);
  expect(budget.usedBytes).toBe(0);
  expect(memoryBytes() - before).toBeLessThan(MAX_GROWTH_BYTES);
  const after = await send(Buffer.concat([handshake(), sound[1] ?? Buffer.alloc(0)]));
  expect(after.answer).toBe('\x80\x80');
}, 300_000);
