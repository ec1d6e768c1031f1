import { randomBytes } from 'node:crypto';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  UpdateTableCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { createDynamoClient } from '../../src/dynamo/dynamo-client.js';
import { createMessagingTable, dropMessagingTable } from '../../src/messaging/table/messaging-table.js';
import { testConnection } from '../support/dynamodb.js';
import { startDynamoDbWithBackups } from '../support/dynamodb-with-backups.js';
import { FakeDynamoDb, answerError, answerWith, type Answer } from '../support/fake-dynamodb.js';

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

  it('is protected from deletion, also where it was there without, and recoverable where the endpoint can do it', async () => {
    const isProtected = async () =>
      (await client.send(new DescribeTableCommand({ TableName: name }))).Table?.DeletionProtectionEnabled;
    await createMessagingTable(client, name);
    expect(await isProtected()).toBe(true);
    await client.send(new UpdateTableCommand({ TableName: name, DeletionProtectionEnabled: false }));

    const aws = await startDynamoDbWithBackups();
    const through = createDynamoClient({ ...testConnection(), endpoint: aws.endpoint });
    expect(await createMessagingTable(through, name)).toBe(false);
    expect(await isProtected()).toBe(true);
    expect(aws.asked.map((body) => JSON.parse(body) as unknown)).toEqual(
      Array.from({ length: 2 }, () => ({
        TableName: name,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      })),
    );
    through.destroy();
    await aws.stop();
  });

  it('an endpoint that takes deletion protection and never shows it: a note, and it goes on', async () => {
    await createMessagingTable(client, name);
    const { Table = {} } = await client.send(new DescribeTableCommand({ TableName: name }));
    const { TableStatus, KeySchema, LocalSecondaryIndexes, StreamSpecification } = Table;
    const answers: Record<string, Answer> = {
      DescribeTable: answerWith(200, {
        Table: { TableStatus, KeySchema, LocalSecondaryIndexes, StreamSpecification },
      }),
      DescribeTimeToLive: answerWith(200, { TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED' } }),
      UpdateTable: answerWith(200, {}),
      UpdateContinuousBackups: answerError(400, 'UnknownOperationException', 'x'),
    };
    const fake = await FakeDynamoDb.start();
    const asked: string[] = [];
    fake.answer = (response) => {
      const operation = String(response.req.headers['x-amz-target']).split('.')[1] ?? '';
      asked.push(operation);
      answers[operation]?.(response);
    };
    const other = createDynamoClient({ ...testConnection(), endpoint: fake.endpoint });
    const notes: string[] = [];

    expect(await createMessagingTable(other, name, (line) => notes.push(line))).toBe(false);
    expect(notes).toEqual([
      `Whether the table ${name} is protected from deletion, this DynamoDB does not say.`,
    ]);
    expect(asked.filter((operation) => operation === 'UpdateTable')).toHaveLength(1);
    other.destroy();
    await fake.stop();
  });

  it('faults of DynamoDB come as something to say to an operator, without what it says', async () => {
    const fake = await FakeDynamoDb.start();
    fake.answer = answerError(500, 'InternalServerError', 'secret');
    const failing = createDynamoClient({ ...testConnection(), endpoint: fake.endpoint });
    for (const work of [createMessagingTable, dropMessagingTable]) {
      await expect(work(failing, name)).rejects.toThrow(
        'DynamoDB does not do it: DynamoDB: InternalServerError (500).',
      );
    }
    failing.destroy();
    await fake.stop();
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
