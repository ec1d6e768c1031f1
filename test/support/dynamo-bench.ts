import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import type { ConsumedUnits } from '../../src/cache/stores/contract/cache-store.js';
import type { EntryKey } from '../../src/cache/keys/entry-key.js';
import { createItemClient } from '../../src/cache/stores/dynamo/document-item-client.js';
import { createDynamoClient } from '../../src/dynamo/dynamo-client.js';
import { DynamoStore } from '../../src/cache/stores/dynamo/dynamo-store.js';
import { createTestTable, type TestTable } from './dynamodb.js';
import { InterceptedItems } from './intercepted-items.js';
import { TestClock } from './test-clock.js';

export type Row = Record<string, unknown> & { readonly pk: string; readonly sk: string };

/** A `DynamoStore` on a table of its own, with a way around the store to its rows. */
export class DynamoBench {
  readonly clock = new TestClock();
  readonly items: InterceptedItems;
  readonly pastCache: InterceptedItems;
  readonly consumed: ConsumedUnits[] = [];
  /** The pauses of the store's back-off, in ms. They take no time. */
  readonly pauses: number[] = [];
  readonly store: DynamoStore;
  private readonly client;
  private readonly rows;

  private constructor(readonly table: TestTable) {
    this.client = createDynamoClient(table.connection);
    this.rows = DynamoDBDocumentClient.from(this.client);
    this.items = new InterceptedItems(createItemClient(table.connection));
    this.pastCache = new InterceptedItems(createItemClient(table.connection));
    this.store = new DynamoStore({
      table: table.name,
      items: this.items.client,
      pastCache: this.pastCache.client,
      clock: this.clock,
      consumed: (units) => this.consumed.push(units),
      backoff: {
        random: () => 0.5,
        pause: (ms) => {
          this.pauses.push(ms);
          return Promise.resolve();
        },
      },
    });
  }

  static async open(): Promise<DynamoBench> {
    return new DynamoBench(await createTestTable());
  }

  async close(): Promise<void> {
    await this.store.close();
    this.client.destroy();
    await this.table.drop();
  }

  /** Stores `bytes` under `key`, for a minute from now. */
  async write(key: EntryKey, bytes: Buffer): Promise<void> {
    const entry = { bytes, createdAtMs: this.clock.now(), expiresAtMs: this.clock.now() + 60_000 };
    await this.store.write([[key, entry]]);
  }

  async row(key: EntryKey): Promise<Row> {
    const Key = { pk: key.partition, sk: key.versions };
    const { Item } = await this.rows.send(
      new GetCommand({ TableName: this.table.name, Key, ConsistentRead: true }),
    );
    return Item as Row;
  }

  async rowsOf(partition: string): Promise<readonly Row[]> {
    const rows: Row[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await this.rows.send(
        new QueryCommand({
          TableName: this.table.name,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': partition },
          ExclusiveStartKey: from,
        }),
      );
      rows.push(...(Items as Row[]));
      from = LastEvaluatedKey;
    } while (from !== undefined);
    return rows;
  }

  async put(row: Row): Promise<void> {
    await this.rows.send(new PutCommand({ TableName: this.table.name, Item: row }));
  }

  async delete({ pk, sk }: Row): Promise<void> {
    await this.rows.send(new DeleteCommand({ TableName: this.table.name, Key: { pk, sk } }));
  }
}
