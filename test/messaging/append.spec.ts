import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { AppendQueue } from '../../src/messaging/append/append-queue.js';
import { AppendRepository } from '../../src/messaging/append/append.repository.js';
import type { Draft } from '../../src/messaging/append/append-request.js';
import { conversationIdOf } from '../../src/messaging/table/participants.js';
import { MessagingDocuments } from '../../src/messaging/table/documents.js';
import { MessagesRepository } from '../../src/messaging/table/messages.repository.js';
import { testConnection } from '../support/dynamodb.js';
import { createTestMessagingTable } from '../support/messaging.js';

interface Units {
  CapacityUnits?: number;
  LocalSecondaryIndexes?: Record<string, Units>;
}

interface Consumed {
  /** As DynamoDB Local counts, which does not count transactions twice. */
  units: number;
  /** The part of the index. */
  indexUnits: number;
  /** Items that transactions wrote. */
  written: number;
}

jest.setTimeout(60_000);

describe('appending to conversations', () => {
  let table: Awaited<ReturnType<typeof createTestMessagingTable>>;
  const open: MessagingDocuments[] = [];

  beforeAll(async () => {
    table = await createTestMessagingTable();
  });
  afterAll(async () => {
    for (const documents of open) documents.onApplicationShutdown();
    await table.drop();
  });

  function connect(): MessagingDocuments {
    const documents = new MessagingDocuments({ name: table.name, connection: testConnection() });
    open.push(documents);
    return documents;
  }

  const writer = (now: () => number, documents = connect()): AppendQueue =>
    new AppendQueue(new AppendRepository(documents, now));

  const draft = (from: string, to: string, text = 'short message'): Draft => ({
    conversationId: conversationIdOf(from, to),
    from,
    to,
    text,
    idempotencyKey: randomUUID(),
    hash: text,
    writeId: randomUUID(),
  });

  /** What `work` consumes. */
  async function consumed(documents: MessagingDocuments, work: () => Promise<unknown>): Promise<Consumed> {
    const total = { units: 0, indexUnits: 0, written: 0 };
    await documents.attempt((client) => {
      client.middlewareStack.add(
        (next) => async (args) => {
          const input = { ...args.input, ReturnConsumedCapacity: 'INDEXES' };
          const result = await next({ ...args, input });
          const { ConsumedCapacity } = result.output as { ConsumedCapacity?: Units | Units[] };
          for (const each of [ConsumedCapacity].flat()) {
            total.units += each?.CapacityUnits ?? 0;
            total.indexUnits += each?.LocalSecondaryIndexes?.['by-recency']?.CapacityUnits ?? 0;
          }
          total.written += 'TransactItems' in input ? (input.TransactItems?.length ?? 0) : 0;
          return result;
        },
        { step: 'initialize', name: 'consumed', override: true },
      );
      return Promise.resolve();
    });
    await work();
    return total;
  }

  it('instances whose clocks are 4 s apart write one total order that every acknowledged message extends', async () => {
    const [ana, bruno] = [randomUUID(), randomUUID()];
    const instances = [0, 2_000, -2_000].map((skewMs) => writer(() => Date.now() + skewMs));
    const acknowledged: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      for (const instance of instances) {
        const { messageId } = await instance.append(draft(ana, bruno, `${acknowledged.length}`));
        acknowledged.push(messageId);
      }
    }
    const messages = await new MessagesRepository(connect()).messages(conversationIdOf(ana, bruno), 100);

    expect(acknowledged).toEqual(acknowledged.toSorted());
    expect(messages.map(({ id }) => id).toReversed()).toEqual(acknowledged);
    expect(messages.map(({ text }) => text).toReversed()).toEqual(acknowledged.map((_, index) => `${index}`));
    expect(messages.map(({ at }) => at)).toEqual(
      messages
        .map(({ at }) => at)
        .toSorted()
        .toReversed(),
    );
  });

  it('two messages of one instance in one millisecond are in the order in which they were sent', async () => {
    const [ana, bruno] = [randomUUID(), randomUUID()];
    const instance = writer(() => 1_800_000_000_000);
    const sent = await Promise.all(
      ['a', 'b', 'c', 'd'].map((text) => instance.append(draft(ana, bruno, text))),
    );
    const ids = sent.map(({ messageId }) => messageId);

    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids).size).toBe(4);
  });

  it('a late writer never puts an older summary over a newer one', async () => {
    const [ana, bruno] = [randomUUID(), randomUUID()];
    const early = writer(() => Date.now() + 60_000);
    const late = writer(Date.now);
    await late.append(draft(ana, bruno, 'first'));
    await early.append(draft(bruno, ana, 'second'));
    await late.append(draft(ana, bruno, 'third'));
    const repository = new MessagesRepository(connect());
    const [entry] = await repository.inbox(bruno, 10);
    const [newest] = await repository.messages(conversationIdOf(ana, bruno), 1);

    expect(newest?.text).toBe('third');
    expect(entry).toMatchObject({ lastText: 'third', lastMessageId: newest?.id, unread: 2 });
  });

  it('sending takes at most 16 write units', async () => {
    const [ana, bruno] = [randomUUID(), randomUUID()];
    const documents = connect();
    const instance = writer(Date.now, documents);
    await instance.append(draft(ana, bruno));
    const { indexUnits, written } = await consumed(documents, () => instance.append(draft(ana, bruno)));

    // Five items of less than 1 KB, each written twice; the index has a delete and a put for each inbox.
    expect(written).toBe(5);
    expect(indexUnits).toBe(4);
    expect(2 * written + indexUnits).toBeLessThanOrEqual(16);
  });

  it('a page of 50 short messages takes at most 6 read units, a list of 20 conversations at most 2.5', async () => {
    const ana = randomUUID();
    const bruno = randomUUID();
    const instance = writer(Date.now);
    await Promise.all(Array.from({ length: 51 }, () => instance.append(draft(ana, bruno))));
    // One after the other: DynamoDB Local answers late when many conversations are written at once.
    for (let i = 0; i < 20; i += 1) await instance.append(draft(ana, randomUUID()));
    const documents = connect();
    const repository = new MessagesRepository(documents);
    const id = conversationIdOf(ana, bruno);
    const { units: page } = await consumed(documents, () =>
      Promise.all([repository.findConversation(id), repository.messages(id, 51)]),
    );
    const { units: list } = await consumed(documents, () => repository.inbox(ana, 21));

    expect(page).toBeGreaterThan(0);
    expect(page).toBeLessThanOrEqual(6);
    expect(list).toBeGreaterThan(0);
    expect(list).toBeLessThanOrEqual(2.5);
  });
});
