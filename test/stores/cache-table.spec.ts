import { randomBytes } from 'node:crypto';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { createCacheTable, dropCacheTable } from '../../src/cache/stores/dynamo/cache-table.js';
import { createDynamoClient } from '../../src/dynamo/dynamo-client.js';
import { testConnection } from '../support/dynamodb.js';
import { answerError, FakeDynamoDb } from '../support/fake-dynamodb.js';

describe('the cache table', () => {
  let client: DynamoDBClient;
  let table: string;

  beforeEach(() => {
    client = createDynamoClient(testConnection());
    table = `cache-table-${randomBytes(6).toString('hex')}`;
  });
  afterEach(async () => {
    await dropCacheTable(client, table);
    client.destroy();
  });

  it('create: makes it on demand, with its keys and with expiry; a second time it does nothing', async () => {
    expect(await createCacheTable(client, table)).toBe(true);
    expect(await createCacheTable(client, table)).toBe(false);

    const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
    expect(Table).toMatchObject({
      TableStatus: 'ACTIVE',
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    });
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: table }));
    expect(TimeToLiveDescription).toEqual({ AttributeName: 'ttl', TimeToLiveStatus: 'ENABLED' });
  });

  it('create: by several at once makes one', async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => createCacheTable(client, table)));

    expect(made.filter((one) => one)).toHaveLength(1);
  });

  it('create: adds the expiry to a table that was made without', async () => {
    await makeTable('pk', 'sk');

    expect(await createCacheTable(client, table)).toBe(false);
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: table }));
    expect(TimeToLiveDescription?.TimeToLiveStatus).toBe('ENABLED');
  });

  it('create: refuses a table with other keys', async () => {
    await makeTable('PK', 'SK');

    await expect(createCacheTable(client, table)).rejects.toMatchObject({ code: 'CACHE_TABLE_INVALID' });
  });

  it('drop: drops it; a second time, and by several at once, it does nothing', async () => {
    await createCacheTable(client, table);

    const dropped = await Promise.all(Array.from({ length: 5 }, () => dropCacheTable(client, table)));
    expect(dropped).toContain(true);
    expect(await dropCacheTable(client, table)).toBe(false);
  });

  it('create and drop: reject with the reason when they are aborted, and with a fault when DynamoDB fails', async () => {
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await expect(createCacheTable(client, table, { signal })).rejects.toBe(reason);
    await expect(dropCacheTable(client, table, { signal })).rejects.toBe(reason);

    const fake = await FakeDynamoDb.start();
    fake.answer = answerError(500, 'InternalServerError', table);
    const failing = createDynamoClient({ ...testConnection(), endpoint: fake.endpoint });
    await expect(createCacheTable(failing, table)).rejects.toMatchObject({ code: 'CACHE_STORE_FAULT' });
    await expect(dropCacheTable(failing, table)).rejects.toMatchObject({ code: 'CACHE_STORE_FAULT' });
    failing.destroy();
    await fake.stop();
  });

  async function makeTable(hash: string, range: string): Promise<void> {
    await client.send(
      new CreateTableCommand({
        TableName: table,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [hash, range].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
        KeySchema: [
          { AttributeName: hash, KeyType: 'HASH' },
          { AttributeName: range, KeyType: 'RANGE' },
        ],
      }),
    );
  }
});
