import { BumpsRepository } from '../../src/messaging/postgres/bumps.repository.js';
import { MessageEventsRepository } from '../../src/messaging/postgres/message-events.repository.js';
import { Retention } from '../../src/messaging/stream/retention.js';
import { StreamCounts } from '../../src/messaging/stream/stream-counts.js';
import { StreamHandler } from '../../src/messaging/stream/stream-handler.js';
import { StreamProgressRepository } from '../../src/messaging/postgres/stream-progress.repository.js';
import type { PrismaService } from '../../src/prisma/prisma.service.js';
import { randomBytes, randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { createDynamoClient } from '../../src/dynamo/dynamo-client.js';
import { messageItem, timeOf, type StoredMessage } from '../../src/messaging/table/items.js';
import { createMessagingTable, dropMessagingTable } from '../../src/messaging/table/messaging-table.js';
import { ulidAfter } from '../../src/messaging/ulid.js';
import { testConnection } from '../support/dynamodb.js';

/** A messaging table of the test's own, into which it writes as a writer that dies before it raises anything. */
export class MessagesBench {
  readonly table = `messages-test-${randomBytes(6).toString('hex')}`;
  private readonly client: DynamoDBClient = createDynamoClient(testConnection());
  private readonly documents = DynamoDBDocumentClient.from(this.client);

  async create(): Promise<void> {
    await createMessagingTable(this.client, this.table);
  }

  async put(message: StoredMessage): Promise<void> {
    await this.documents.send(new PutCommand({ TableName: this.table, Item: messageItem(message) }));
  }

  /** An item under the key of a message that is none. */
  async putPoison(): Promise<void> {
    const Item = { ...messageItem(newMessage()), text: '' };
    await this.documents.send(new PutCommand({ TableName: this.table, Item }));
  }

  async drop(): Promise<void> {
    await dropMessagingTable(this.client, this.table);
  }

  async close(): Promise<void> {
    await this.drop();
    this.client.destroy();
  }
}

let lastId: string | undefined;

/** A message with an id after those before it. */
export function newMessage(given: Partial<StoredMessage> = {}): StoredMessage {
  lastId = ulidAfter(lastId, Date.now());
  return {
    id: lastId,
    conversationId: randomUUID(),
    from: randomUUID(),
    to: randomUUID(),
    text: 'Good morning',
    at: timeOf(lastId),
    writeId: randomUUID(),
    ...given,
  };
}

export const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

/** What reads and handles the stream, over one database. */
export function streamParts(prisma: PrismaService) {
  const counts = new StreamCounts();
  const [bumps, events] = [new BumpsRepository(prisma), new MessageEventsRepository(prisma)];
  const handler = new StreamHandler(bumps, events, counts);
  const progress = new StreamProgressRepository(prisma);
  return { counts, handler, progress, retention: new Retention(events, bumps) };
}
