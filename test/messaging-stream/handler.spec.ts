import { marshall } from '@aws-sdk/util-dynamodb';
import pg from 'pg';
import { BumpsRepository } from '../../src/messaging/bumps.repository.js';
import { tagsOfMessage } from '../../src/messaging/cache-tags.js';
import { inboxKey, messageItem, type StoredMessage } from '../../src/messaging/items.js';
import { MessageEventsRepository } from '../../src/messaging/stream/message-events.repository.js';
import { handleBatch } from '../../src/messaging/stream/stream-batch.js';
import { StreamCounts } from '../../src/messaging/stream/stream-counts.js';
import { StreamHandler } from '../../src/messaging/stream/stream-handler.js';
import type { StreamRecord } from '../../src/messaging/stream/stream-record.js';
import { PrismaService } from '../../src/prisma/prisma.service.js';
import { connect, VersionWatch } from '../prisma/version-watch.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { waitUntil } from '../support/wait-until.js';
import { newMessage, times } from './support.js';

describe('records of the stream of messages', () => {
  let database: TestDatabase;
  let prisma: PrismaService;
  let psql: pg.Client;
  let watch: VersionWatch;
  let handler: StreamHandler;
  let events: MessageEventsRepository;
  let bumps: BumpsRepository;
  const counts = new StreamCounts();
  const each = (message: StoredMessage) => Object.fromEntries(tagsOfMessage(message).map((tag) => [tag, 1]));
  const raised = async () => (await watch.look()).bumps;

  function inserted(message: StoredMessage, SequenceNumber = '1'): StreamRecord {
    const image = marshall(messageItem(message), { removeUndefinedValues: true });
    return { eventName: 'INSERT', dynamodb: { Keys: keysOf(image), NewImage: image, SequenceNumber } };
  }

  beforeAll(async () => {
    database = await createTestDatabase();
    prisma = new PrismaService({ databaseUrl: database.url });
    psql = await connect(database.url);
    watch = await VersionWatch.open(database.url);
    events = new MessageEventsRepository(prisma);
    bumps = new BumpsRepository(prisma);
    handler = new StreamHandler(bumps, events, counts);
  });
  beforeEach(() => raised());
  afterAll(async () => {
    await watch.close();
    await psql.end();
    await prisma.$disconnect();
    await database.drop();
  });

  it('a message whose writer died raises its tags and appends its event; the record again does nothing', async () => {
    const message = newMessage();
    await handler.handle(inserted(message));
    expect(await raised()).toEqual(each(message));

    await handler.handle(inserted(message));
    expect(await raised()).toEqual({});
    const { rows } = await psql.query(
      'SELECT participants::text[] FROM message_event WHERE message_id = $1',
      [message.id],
    );
    expect(rows).toEqual([{ participants: [message.from, message.to] }]);
  });

  it('a message whose writer raised its tags raises nothing: fresh entries stay', async () => {
    const message = newMessage();
    await bumps.bumpOnce(message.writeId, tagsOfMessage(message));
    await raised();

    await handler.handle(inserted(message));
    expect(await raised()).toEqual({});
  });

  it('nobody hears of a message before its tags are raised', async () => {
    const message = newMessage();
    // While somebody else raises them, there is no event.
    await psql.query('BEGIN');
    await psql.query('INSERT INTO message_write (write_id) VALUES ($1)', [message.writeId]);
    const { newest } = await events.bounds();
    const handled = handler.handle(inserted(message));
    await waitUntil('the handler waits for the other one', async () => {
      const { rowCount } = await psql.query(
        `SELECT FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'`,
      );
      return rowCount !== 0;
    });
    expect(await events.after(newest, 10)).toEqual([]);
    await psql.query('COMMIT');
    await handled;
    expect(await events.after(newest, 10)).toMatchObject([{ messageId: message.id }]);
  });

  it('an unread count that was set to zero raises the inbox, once', async () => {
    const { from: user, to, conversationId, id, at, writeId } = newMessage();
    const entry = (readId: string | undefined) =>
      marshall(
        {
          ...inboxKey(user, conversationId),
          recency: at,
          with: to,
          lastMessageId: id,
          lastFrom: to,
          lastText: 'x',
          lastAt: at,
          unread: 0,
          readId,
        },
        { removeUndefinedValues: true },
      );
    const NewImage = entry(writeId);
    const record = {
      eventName: 'MODIFY',
      dynamodb: { Keys: keysOf(NewImage), NewImage, OldImage: entry(undefined) },
    };
    await handler.handle(record);
    await handler.handle(record);
    expect(await raised()).toEqual({ [`inbox:${user}`]: 1 });
  });

  it('a message that somebody deleted raises all messages', async () => {
    const record = inserted(newMessage());
    await handler.handle({ ...record, eventName: 'REMOVE' });
    expect(await raised()).toEqual({ messages: 1 });
  });

  it('a record that is unreadable is set aside, counted, and raises all messages; those after it are handled', async () => {
    const before = counts.poison;
    const message = newMessage();
    const answer = await handleBatch(handler, [
      inserted({ ...newMessage(), text: '' }, '7'),
      inserted(message, '8'),
    ]);

    expect(answer).toEqual({ batchItemFailures: [] });
    expect(counts.poison).toBe(before + 1);
    expect(await raised()).toEqual({ messages: 1, ...each(message) });
  });

  it('without the database a batch ends at the first record that is not done, and nothing is set aside', async () => {
    const before = counts.poison;
    const [first, second, third] = [newMessage(), newMessage(), newMessage()];
    const broken = new PrismaService({ databaseUrl: 'postgresql://nobody@127.0.0.1:1/none' });
    const without = new StreamHandler(
      new BumpsRepository(broken),
      new MessageEventsRepository(broken),
      counts,
    );
    const handle = (record: StreamRecord) =>
      (record.dynamodb?.SequenceNumber === '1' ? handler : without).handle(record);
    const answer = await handleBatch({ handle }, [
      inserted(first, '1'),
      inserted(second, '2'),
      inserted(third, '3'),
    ]);

    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
    expect(counts.poison).toBe(before);
    await broken.$disconnect();
  });

  it('events become visible in the order of their numbers, with many writers at once', async () => {
    let { newest: seen } = await events.bounds();
    const start = seen;
    const read: number[] = [];
    const writers = Promise.all(times(60, () => events.append(newMessage())));
    let isDone = false;
    void writers.finally(() => (isDone = true));
    const readAll = async () => {
      for (const { seq } of await events.after(seen, 100)) read.push((seen = seq));
    };
    while (!isDone) await readAll();
    await writers;
    await readAll();

    const { rows } = await psql.query('SELECT seq::int FROM message_event WHERE seq > $1 ORDER BY seq', [
      start,
    ]);
    expect(read).toEqual(rows.map((row: { seq: number }) => row.seq));
    expect(read).toHaveLength(60);
  });
});

function keysOf(image: Record<string, unknown>): Record<string, unknown> {
  return { PK: image['PK'], SK: image['SK'] };
}
