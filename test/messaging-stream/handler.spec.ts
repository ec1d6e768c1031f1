import { randomUUID } from 'node:crypto';
import { marshall } from '@aws-sdk/util-dynamodb';
import pg from 'pg';
import { BumpsRepository } from '../../src/messaging/postgres/bumps.repository.js';
import { tagsOfMessage } from '../../src/messaging/cache-tags.js';
import { messageItem, type StoredMessage } from '../../src/messaging/table/items.js';
import { conversationKey, inboxKey } from '../../src/messaging/table/keys.js';
import { MessageEventsRepository } from '../../src/messaging/postgres/message-events.repository.js';
import { handleBatch } from '../../src/messaging/stream/stream-batch.js';
import { StreamCounts } from '../../src/messaging/stream/stream-counts.js';
import { StreamHandler } from '../../src/messaging/stream/stream-handler.js';
import type { StreamRecord } from '../../src/messaging/table/stream-record.js';
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

  describe('an inbox entry', () => {
    const [first, second] = [newMessage(), newMessage()];
    const user = first.to;
    const entry = {
      ...inboxKey(user, first.conversationId),
      recency: first.at,
      with: first.from,
      lastMessageId: first.id,
      lastFrom: first.from,
      lastText: 'x',
      lastAt: first.at,
      unread: 1,
      writeId: first.writeId,
    };
    const later = { ...entry, lastMessageId: second.id, writeId: second.writeId, unread: 2 };
    const change = (before: object | undefined, after: object | undefined): StreamRecord => ({
      eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
      dynamodb: {
        Keys: marshall(inboxKey(user, first.conversationId)),
        NewImage: after && marshall(after, { removeUndefinedValues: true }),
        OldImage: before && marshall(before, { removeUndefinedValues: true }),
      },
    });
    const inbox = { [`inbox:${user}`]: 1 };

    it('that was read raises the inbox, once', async () => {
      const record = change(entry, { ...entry, unread: 0, readId: randomUUID() });
      await handler.handle(record);
      await handler.handle(record);
      expect(await raised()).toEqual(inbox);
    });

    it('that was read again raises the inbox again', async () => {
      const again = { ...later, readId: randomUUID() };
      await handler.handle(change(again, { ...again, unread: 0, readId: randomUUID() }));
      expect(await raised()).toEqual(inbox);
    });

    it.each([
      ['with a newer message', { ...later, readId: randomUUID() }],
      ['with another text', { ...entry, readId: randomUUID(), lastText: 'y' }],
      ['that had no read yet', later],
    ])('that was read, and is put back in place of one %s, raises the inbox once more', async (_, newer) => {
      const read = { ...entry, unread: 0, readId: randomUUID() };
      await handler.handle(change(entry, read));
      expect(await raised()).toEqual(inbox);

      await handler.handle(change(newer, read));
      expect(await raised()).toEqual(inbox);
    });

    it('that was read and counts again raises the inbox, whatever read it names', async () => {
      const readId = randomUUID();
      await handler.handle(change(entry, { ...entry, unread: 0, readId }));
      await raised();

      await handler.handle(change({ ...entry, unread: 0, readId: randomUUID() }, { ...entry, readId }));
      expect(await raised()).toEqual(inbox);
    });

    it('that a message changed raises nothing: the message does', async () => {
      await handler.handle(change(entry, later));
      await handler.handle(change({ ...entry, writeId: undefined }, later));
      expect(await raised()).toEqual({});
    });

    it.each([
      ['was deleted', change(entry, undefined)],
      ['is new, which an entry is also that somebody copies', change(undefined, entry)],
      ['has another count', change(entry, { ...entry, unread: 5 })],
      ['has another text', change(entry, { ...entry, lastText: 'y' })],
      ['has a newer message of no write', change(entry, { ...later, writeId: entry.writeId })],
      ['was put back to an older message', change(later, entry)],
      ['was read before, and is put back to that', change(entry, { ...entry, unread: 0 })],
    ])('that %s raises the inbox: nobody else did', async (_, record) => {
      await handler.handle(record);
      expect(await raised()).toEqual(inbox);
    });
  });

  it('a conversation: who takes part raises it, its newest message does not', async () => {
    const { conversationId, from: a, to: b, id } = newMessage();
    const Keys = marshall(conversationKey(conversationId));
    const image = (participants: string[], lastMessageId = id) =>
      marshall({ ...conversationKey(conversationId), participants, lastMessageId });
    await handler.handle({ eventName: 'INSERT', dynamodb: { Keys, NewImage: image([a, b]) } });
    const newer = { Keys, OldImage: image([a, b]), NewImage: image([a, b], newMessage().id) };
    await handler.handle({ eventName: 'MODIFY', dynamodb: newer });
    expect(await raised()).toEqual({});

    const other = { Keys, OldImage: image([a, b]), NewImage: image([a, randomUUID()]) };
    await handler.handle({ eventName: 'MODIFY', dynamodb: other });
    await handler.handle({ eventName: 'REMOVE', dynamodb: { Keys, OldImage: image([a, b]) } });
    expect(await raised()).toEqual({ [`conversation:${conversationId}`]: 2 });
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

  it('a record of nobody is set aside as one that is unreadable', async () => {
    const before = counts.poison;
    const image = marshall({ PK: 'USER#nobody', SK: 'CONV#nothing' });
    await handler.handle({ eventName: 'REMOVE', dynamodb: { Keys: image, OldImage: image } });

    expect(counts.poison).toBe(before + 1);
    expect(await raised()).toEqual({ messages: 1 });
  });

  it.each([
    ['two times is done at the third', 3, 0],
    ['always is tried three times, then set aside', 4, 1],
  ])('a record that PostgreSQL refuses %s', async (_, accepted, setAside) => {
    const before = counts.poison;
    // Sequences keep their count when a transaction is rolled back.
    await psql.query(`CREATE SEQUENCE attempt;
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('attempt') < ${accepted} THEN RAISE 'refused' USING ERRCODE = '22023'; END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON message_event FOR EACH ROW EXECUTE FUNCTION refuse()`);
    const message = newMessage();
    await handler.handle(inserted(message));
    const { rows } = await psql.query('SELECT last_value::int AS attempts FROM attempt');
    await psql.query('DROP FUNCTION refuse CASCADE; DROP SEQUENCE attempt');

    expect(rows).toEqual([{ attempts: 3 }]);
    expect(counts.poison).toBe(before + setAside);
    expect(await raised()).toEqual({ ...each(message), ...(setAside === 1 ? { messages: 1 } : {}) });
  });

  it('a record for which the database lacks something is not done, and not set aside', async () => {
    const before = counts.poison;
    await psql.query('ALTER TABLE message_event RENAME TO elsewhere');
    const message = newMessage();
    const answer = await handleBatch(handler, [inserted(message, '9')]);
    await psql.query('ALTER TABLE elsewhere RENAME TO message_event');

    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '9' }] });
    expect(counts.poison).toBe(before);
    await raised();
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
