import { randomBytes } from 'node:crypto';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { createDynamoClient } from '../../src/cache/index.js';
import { createMessagingTable, dropMessagingTable } from '../../src/messaging/table.js';
import { testConnection } from '../support/dynamodb.js';

describe('the messaging table', () => {
  let client: DynamoDBClient;
  const name = `messages-test-${randomBytes(6).toString('hex')}`;

  beforeAll(() => {
    client = createDynamoClient(testConnection());
  });
  afterAll(async () => {
    await dropMessagingTable(client, name);
    client.destroy();
  });

  it('is made once, also by several at the same time, on demand, with streams, expiry and the index', async () => {
    const made = await Promise.all([1, 2, 3].map(() => createMessagingTable(client, name)));
    const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: name }));

    expect(made.filter(Boolean)).toHaveLength(1);
    expect(await createMessagingTable(client, name)).toBe(false);
    expect(Table).toMatchObject({
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      LocalSecondaryIndexes: [{ IndexName: 'by-recency', Projection: { ProjectionType: 'ALL' } }],
    });
    expect(TimeToLiveDescription).toMatchObject({ AttributeName: 'ttl', TimeToLiveStatus: 'ENABLED' });
  });

  it('is dropped, and dropping it again does nothing', async () => {
    await createMessagingTable(client, name);

    expect(await dropMessagingTable(client, name)).toBe(true);
    expect(await dropMessagingTable(client, name)).toBe(false);
  });

  it('a table of something else under its name is refused', async () => {
    await client.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      }),
    );

    await expect(createMessagingTable(client, name)).rejects.toThrow(/it is none of messages/);
  });
});
