import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { tagsOfMessage } from '../../src/messaging/cache-tags.js';
import { StreamPoller } from '../../src/messaging/stream/stream-poller.js';
import { StreamReader } from '../../src/messaging/stream/stream-reader.js';
import { sequenceNumberOf, type StreamRecord } from '../../src/messaging/table/stream-record.js';
import { StreamSource } from '../../src/messaging/table/stream-source.js';
import { PrismaService } from '../../src/prisma/prisma.service.js';
import { connect, VersionWatch } from '../prisma/version-watch.js';
import { testConnection } from '../support/dynamodb.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { waitUntil } from '../support/wait-until.js';
import { MessagesBench, newMessage, streamParts, times } from './support.js';

describe('the poller of the stream of messages', () => {
  const bench = new MessagesBench();
  let database: TestDatabase;
  let prisma: PrismaService;
  let psql: pg.Client;
  let watch: VersionWatch;
  let arn: string;
  const source = new StreamSource(testConnection(), bench.table);
  const running = new Set<StreamPoller>();

  beforeAll(async () => {
    await bench.create();
    arn = (await source.arn()) ?? '';
  });
  beforeEach(async () => {
    database = await createTestDatabase();
    prisma = new PrismaService({ databaseUrl: database.url });
    psql = await connect(database.url);
    watch = await VersionWatch.open(database.url);
  });
  afterEach(async () => {
    for (const poller of running) await stop(poller);
    await watch.close();
    await psql.end();
    await prisma.$disconnect();
    await database.drop();
  });
  afterAll(async () => {
    source.close();
    await bench.close();
  });

  function startPoller() {
    const { counts, retention, progress, handler } = streamParts(prisma);
    const own = new StreamSource(testConnection(), bench.table);
    const poller = new StreamPoller(own, handler, progress, retention, counts);
    running.add(poller);
    poller.onApplicationBootstrap();
    return { poller, counts };
  }
  async function stop(poller: StreamPoller) {
    running.delete(poller);
    await poller.onModuleDestroy();
  }
  /** A reader without the poller around it: it does nothing by itself, as one whose process hangs. */
  function reader() {
    const made = streamParts(prisma);
    return { ...made, reader: new StreamReader(arn, randomUUID(), source, made.progress, made.handler) };
  }
  const going = () => false;
  async function hasEvent(messageId: string): Promise<boolean> {
    return (await psql.query('SELECT FROM message_event WHERE message_id = $1', [messageId])).rowCount === 1;
  }
  async function readAll(round: (isStopping: () => boolean) => Promise<number>, id: string): Promise<void> {
    await waitUntil('the reader gets there', async () => {
      await round(going);
      return hasEvent(id);
    });
  }

  async function hasBegun(): Promise<boolean> {
    return (await psql.query(`SELECT FROM stream_shard WHERE shard_id <> '*'`)).rowCount !== 0;
  }

  it('the message of a writer that died is healed, and its event follows', async () => {
    startPoller();
    await waitUntil('it reads', hasBegun);
    const message = newMessage();
    await watch.look();
    await bench.put(message);
    await waitUntil('the event is there', () => hasEvent(message.id));

    expect((await watch.look()).bumps).toMatchObject(
      Object.fromEntries(tagsOfMessage(message).map((tag) => [tag, 1])),
    );
  });

  it('messages of a conversation get their events in the order of their writes', async () => {
    startPoller();
    const conversationId = randomUUID();
    const ids: string[] = [];
    for (const message of times(120, () => newMessage({ conversationId }))) {
      await bench.put(message);
      ids.push(message.id);
    }
    await waitUntil('the last event is there', () => hasEvent(ids.at(-1) ?? ''));

    const { rows } = await psql.query(
      'SELECT message_id FROM message_event WHERE conversation_id = $1 ORDER BY seq',
      [conversationId],
    );
    expect(rows.map((row: { message_id: string }) => row.message_id)).toEqual(ids);
  });

  it('a table that was made anew is read by its new stream', async () => {
    const own = new MessagesBench();
    await own.create();
    const { counts, retention, progress, handler } = streamParts(prisma);
    const poller = new StreamPoller(
      new StreamSource(testConnection(), own.table),
      handler,
      progress,
      retention,
      counts,
    );
    running.add(poller);
    poller.onApplicationBootstrap();
    await waitUntil('it reads', hasBegun);
    await own.drop();
    await own.create();
    const message = newMessage();
    await own.put(message);
    await waitUntil('the event is there', () => hasEvent(message.id));
    await stop(poller);
    await own.close();
  });

  it('when the one that reads stops, another goes on after its checkpoint, without a gap', async () => {
    const first = startPoller();
    await waitUntil('the first one reads', () => first.counts.isOwner);
    const second = startPoller();
    const message = newMessage();
    await bench.put(message);
    await waitUntil('the event is there', () => hasEvent(message.id));

    await stop(first.poller);
    const next = newMessage();
    await bench.put(next);
    await waitUntil('the second one reads', () => hasEvent(next.id));
    const { rowCount } = await psql.query('SELECT FROM message_event');
    expect(second.counts.isOwner).toBe(true);
    await waitUntil('all are counted', () => first.counts.appended + second.counts.appended === rowCount);
    expect(first.counts.gaps + second.counts.gaps).toBe(0);
  });

  it('the stream of an owner that hangs is taken over, and the checkpoints of that one have no effect any more', async () => {
    const hung = reader();
    const message = newMessage();
    await bench.put(message);
    await readAll((isStopping) => hung.reader.round(isStopping), message.id);
    const { counts } = startPoller();
    await waitUntil('another one takes over', () => counts.isOwner);
    const next = newMessage();
    await bench.put(next);
    await waitUntil('it goes on', () => hasEvent(next.id));
    const kept = async () =>
      (await psql.query<{ shard_id: string }>('SELECT shard_id FROM stream_shard')).rows;

    expect(await hung.progress.checkpoint(arn, 'another', 'shard', '1')).toBe(false);
    await expect(hung.reader.round(going)).rejects.toMatchObject({ name: 'ReaderEndedError' });
    expect((await kept()).map((row) => row.shard_id)).not.toContain('shard');
    expect(counts).toMatchObject({ isOwner: true, gaps: 0 });
  });

  it('a checkpoint of a shard that is gone is a gap: all messages are raised', async () => {
    const first = reader();
    const message = newMessage();
    await bench.put(message);
    await readAll((isStopping) => first.reader.round(isStopping), message.id);
    await psql.query(`UPDATE stream_shard SET shard_id = 'gone' WHERE shard_id <> '*'`);
    await psql.query(`UPDATE stream_shard SET lease_until = NULL`);
    await watch.look();

    const second = reader();
    await second.reader.round(going);
    expect((await watch.look()).bumps['messages']).toBe(1);
    expect(second.counts.gaps).toBe(1);
    expect((await psql.query(`SELECT FROM stream_shard WHERE shard_id = 'gone'`)).rowCount).toBe(0);
  });

  it('a first start raises all messages, and is no gap', async () => {
    const { counts, reader: first } = reader();
    await first.round(going);

    expect((await watch.look()).bumps['messages']).toBe(1);
    expect(counts.gaps).toBe(0);
  });

  it('however slow the records of one read are, the owner stays, and each is handled once', async () => {
    const { progress } = streamParts(prisma);
    let nowMs = 0;
    const handled: (string | undefined)[] = [];
    let ranOut = 0;
    /** Takes longer than the ownership lasts, as seen by the reader and by the database. */
    const handle = async (record: StreamRecord) => {
      nowMs += 2_000;
      const { rowCount } = await psql.query(
        `UPDATE stream_shard SET lease_until = '-infinity' WHERE shard_id = '*' AND lease_until > '-infinity'`,
      );
      if (rowCount !== 1) ranOut += 1;
      handled.push(sequenceNumberOf(record));
    };
    const handler = { handle, begin: () => Promise.resolve(), gap: () => Promise.resolve() };
    const open = (owner: string) => new StreamReader(arn, owner, source, progress, handler, () => nowMs);
    for (const message of times(60, () => newMessage())) await bench.put(message);
    const first = open('first');
    await first.round(going);
    expect([handled.length > 1, ranOut]).toEqual([true, 0]);

    await psql.query(`UPDATE stream_shard SET lease_until = '-infinity'`);
    const second = open('second');
    while ((await second.round(going)) > 0);
    await expect(first.round(going)).rejects.toMatchObject({ name: 'ReaderEndedError' });
    expect(handled.length).toBeGreaterThanOrEqual(60);
    expect(new Set(handled).size).toBe(handled.length);
  });

  it('a poison record in the stream stops nobody', async () => {
    const { counts } = startPoller();
    await waitUntil('it reads', hasBegun);
    await bench.putPoison();
    const message = newMessage();
    await bench.put(message);
    await waitUntil('the next event is there', () => hasEvent(message.id));
    await waitUntil('the poison is counted', () => counts.poison === 1);
  });
});
