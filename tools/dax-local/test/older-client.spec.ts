import AmazonDaxClient from 'amazon-dax-client';
import AWS from 'aws-sdk';
import { DaxLocal } from '../src/index.js';
import { createTable, directClient, dropTables } from './support/table.js';

const direct = directClient();
let dax: DaxLocal;
let service: AWS.DynamoDB;
let client: AWS.DynamoDB.DocumentClient;
let TableName: string;

beforeAll(async () => {
  TableName = await createTable(direct, ['S', 'N']);
  dax = await DaxLocal.start({ dynamodb: direct });
  const { port } = dax;
  service = new AmazonDaxClient({
    endpoints: [`127.0.0.1:${port}`],
    region: 'us-east-1',
    credentials: new AWS.Credentials('any', 'any'),
  });
  client = new AWS.DynamoDB.DocumentClient({ service });
});

afterAll(async () => {
  // The document client works with a copy of what it was given.
  for (const one of [service, (client as unknown as { service: AWS.DynamoDB }).service])
    (one as AWS.DynamoDB & { shutdown(): void }).shutdown();
  await dax.stop();
  await dropTables(direct, [TableName]);
  direct.destroy();
});

it('does the basic operations for the client of SDK v2', async () => {
  const Key = { pk: 'older', sk: 1.5 };

  await client.put({ TableName, Item: { ...Key, list: [1, 'two', { three: null }] } }).promise();
  const read = await client.get({ TableName, Key }).promise();
  const updated = await client
    .update({
      TableName,
      Key,
      UpdateExpression: 'SET #l[0] = :n',
      ExpressionAttributeNames: { '#l': 'list' },
      ExpressionAttributeValues: { ':n': 9 },
      ReturnValues: 'ALL_NEW',
    })
    .promise();
  const batch = await client.batchGet({ RequestItems: { [TableName]: { Keys: [Key] } } }).promise();
  const found = await client
    .query({ TableName, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': 'older' } })
    .promise();
  const scanned = await client.scan({ TableName, Select: 'COUNT' }).promise();
  await client.delete({ TableName, Key }).promise();
  const gone = await client.get({ TableName, Key }).promise();

  const changed = { ...Key, list: [9, 'two', { three: null }] };
  expect(read.Item).toEqual({ ...Key, list: [1, 'two', { three: null }] });
  expect(updated.Attributes).toEqual(changed);
  expect(batch.Responses?.[TableName]).toEqual([changed]);
  expect(found.Items).toEqual([changed]);
  expect(scanned.Count).toBe(1);
  expect(gone.Item).toBeUndefined();
});

it('does batches of writes and transactions for it', async () => {
  const items = [1, 2].map((sk) => ({ pk: 'older batch', sk, n: sk }));

  await client
    .batchWrite({ RequestItems: { [TableName]: items.map((Item) => ({ PutRequest: { Item } })) } })
    .promise();
  await client
    .transactWrite({ TransactItems: [{ Put: { TableName, Item: { ...items[0], n: 5 } } }] })
    .promise();
  const read = await client
    .transactGet({ TransactItems: [{ Get: { TableName, Key: { pk: 'older batch', sk: 1 } } }] })
    .promise();

  expect(read.Responses).toEqual([{ Item: { ...items[0], n: 5 } }]);
});
