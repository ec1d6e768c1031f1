import { waitUntil } from '../../../test/support/wait-until.js';
import { CborWriter } from '../src/cbor/cbor-writer.js';
import { DaxLocal, type DaxLocalOptions } from '../src/index.js';
import { handshake, RawClient, request } from './support/raw-client.js';
import { createTable, directClient, dropTables } from './support/table.js';

const direct = directClient();
const log: string[] = [];
const started: DaxLocal[] = [];
const clients: RawClient[] = [];
let table: string;

beforeAll(async () => {
  table = await createTable(direct, ['N']);
});

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy();
  await Promise.all(started.splice(0).map((dax) => dax.stop()));
  log.length = 0;
});

afterAll(async () => {
  await dropTables(direct, [table]);
  direct.destroy();
});

async function start(options: DaxLocalOptions = {}): Promise<DaxLocal> {
  const dax = await DaxLocal.start({ dynamodb: direct, log: (line) => log.push(line), ...options });
  started.push(dax);
  return dax;
}

async function connect(dax: DaxLocal): Promise<RawClient> {
  const client = await RawClient.connect(dax.port);
  clients.push(client);
  return client;
}

async function expectAnswer(client: RawClient): Promise<void> {
  const before = client.received.length;
  client.send(request('endpoints'));
  await waitUntil('endpoints are answered', () => client.received.length > before);
  expect(client.received[before]).toBe(0x80);
}

/** A byte string whose content says to be longer than it is. */
const cutOff = Buffer.from('c2', 'hex');

it.each<[string, Buffer[], string]>([
  ['a wrong magic word', [handshake('J7yne5H')], 'the magic word of the handshake is wrong'],
  ['bytes that are no CBOR', [Buffer.from('1c', 'hex')], 'reserved initial byte 0x1c'],
  ['a string of 2 GB', [handshake(), Buffer.from('5a80000000', 'hex')], 'a frame of more than 1048576 bytes'],
  ['an array of 2^60', [handshake(), Buffer.from('9b1000000000000000', 'hex')], 'a frame of more than'],
  ['a tower of arrays', [handshake(), Buffer.alloc(2_000, 0x81)], 'nested too deep'],
  ['another service', [handshake(), Buffer.from('021a1b2bcf02', 'hex')], 'unknown service 2'],
  [
    'a text where the table has to be',
    [handshake(), request('getItem', (w) => w.text('t').bytes(cutOff).null())],
    'no string where one has to be',
  ],
  [
    'an option that does not exist',
    [handshake(), request('scan', (w) => w.bytes(Buffer.from('t')).map(1).integer(99).null())],
    'unknown option 99',
  ],
])('closes a connection that sends %s, and says why', async (_what, parts, reason) => {
  const dax = await start({ limits: { maxFrameBytes: 2 ** 20 } });
  const client = await connect(dax);
  const other = await connect(dax);

  client.send(...parts);
  await client.closed();

  expect(log).toEqual([expect.stringContaining(reason)]);
  await expectAnswer(other.send(handshake()));
});

it('closes a connection whose embedded CBOR ends too early', async () => {
  const dax = await start();
  const client = await connect(dax);

  client.send(
    handshake(),
    request('getItem', (writer) => writer.bytes(Buffer.from(table)).bytes(cutOff).null()),
  );
  await client.closed();

  expect(log).toEqual([expect.stringContaining('bytes end too early')]);
});

it('answers an unknown method with an error, then closes', async () => {
  const dax = await start();
  const client = await connect(dax);

  client.send(handshake(), new CborWriter().integer(1).integer(785068263).finish());
  await client.closed();

  expect(client.received.toString('latin1')).toContain('Method 785068263 is not implemented');
  expect(log).toEqual([expect.stringContaining('unknown method 785068263')]);
});

it('takes messages in any pieces, and answers them in order', async () => {
  const dax = await start();
  const client = await connect(dax);
  const list = request('defineAttributeListId', (writer) => writer.array(1).text('name'));
  const bytes = Buffer.concat([handshake(), request('endpoints'), list, list]);

  for (const byte of bytes) {
    client.send(Buffer.of(byte));
    await new Promise(setImmediate);
  }
  await waitUntil('all are answered', () => client.received.length >= 40 + 2 * 10);

  const ids = client.received.subarray(-20);
  expect(ids.subarray(0, 10)).toEqual(ids.subarray(10));
  expect(ids[0]).toBe(0x80);
});

it('never closes a connection that is idle after its handshake, but those that stop half-way', async () => {
  const dax = await start({ limits: { handshakeTimeoutMs: 40, frameTimeoutMs: 40 } });
  const idle = await connect(dax);
  await expectAnswer(idle.send(handshake()));

  // These begin later than the idle one's silence, and have come to their end when it is asked again.
  const silent = await connect(dax);
  const halfMagic = (await connect(dax)).send(handshake().subarray(0, 4));
  const halfRequest = (await connect(dax)).send(handshake(), request('endpoints').subarray(0, 3));
  await Promise.all([silent, halfMagic, halfRequest].map((client) => client.closed()));
  const late = [await connect(dax), await connect(dax)];
  await Promise.all(late.map((client) => client.closed()));

  await expectAnswer(idle);
  expect(log.map((line) => line.replace(/.*closed: /, '')).sort()).toEqual([
    'a message was not completed in time',
    ...Array<string>(4).fill('no handshake in time'),
  ]);
});

it('refuses connections beyond the limit, and takes new ones when others have left', async () => {
  const dax = await start({ limits: { maxConnections: 2 } });
  const [one, two] = [await connect(dax), await connect(dax)];
  await expectAnswer(one.send(handshake()));

  const three = await connect(dax);
  await three.closed();
  two.socket.destroy();
  await waitUntil('there is room again', async () => {
    const next = await connect(dax);
    next.send(handshake(), request('endpoints'));
    await waitUntil('an answer or an end', () => next.socket.closed || next.received.length > 0);
    return next.received.length > 0;
  });

  expect(log[0]).toContain('connection refused: there are 2 already');
});

it('bounds what incomplete messages of all connections take', async () => {
  const dax = await start({ limits: { maxBufferedBytes: 100_000 } });
  const [one, two] = [await connect(dax), await connect(dax)];
  const part = Buffer.concat([Buffer.from('5a000186a0', 'hex'), Buffer.alloc(60_000)]);

  one.send(handshake(), part);
  two.send(handshake(), part);
  await waitUntil('one of them is closed', () => one.socket.closed !== two.socket.closed);

  expect(log).toEqual([expect.stringContaining('incomplete messages take too much memory')]);
});

it('may be stopped again while it stops', async () => {
  const dax = await start();

  const first = dax.stop();

  expect(dax.stop()).toBe(first);
  await first;
});
