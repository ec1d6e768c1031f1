import type { DaxDocument } from '@amazon-dax-sdk/lib-dax';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { DaxLocal } from '../src/index.js';
import { closeClient, daxClient, failureOf } from './support/dax-client.js';
import { createTable, directClient, dropTables } from './support/table.js';

const direct = directClient();
const document = DynamoDBDocument.from(direct);
let dax: DaxLocal;
let client: DaxDocument;
let table: string;

beforeAll(async () => {
  table = await createTable(direct, ['S', 'N']);
  dax = await DaxLocal.start({ dynamodb: direct });
  client = daxClient(dax.endpoint);
});

afterAll(async () => {
  closeClient(client);
  await dax.stop();
  await dropTables(direct, [table]);
  direct.destroy();
});

it('puts, gets, updates and deletes an item', async () => {
  const Key = { pk: 'ana', sk: -12.5 };
  const item = { ...Key, text: 'ção', list: [1, null, { deep: true }], tags: new Set(['a', 'b']) };

  await client.put({ TableName: table, Item: item });
  const stored = await document.get({ TableName: table, Key });
  const read = await client.get({ TableName: table, Key });
  const updated = await client.update({
    TableName: table,
    Key,
    UpdateExpression: 'SET #list[0] = #list[0] + :one REMOVE #text',
    ConditionExpression: 'size(#text) > :one AND contains(tags, :a)',
    ExpressionAttributeNames: { '#list': 'list', '#text': 'text' },
    ExpressionAttributeValues: { ':one': 1, ':a': 'a' },
    ReturnValues: 'ALL_NEW',
  });
  const deleted = await client.delete({ TableName: table, Key, ReturnValues: 'ALL_OLD' });
  const gone = await client.get({ TableName: table, Key });

  expect(stored.Item).toEqual(item);
  expect(read.Item).toEqual(item);
  expect(updated.Attributes).toEqual({ ...Key, list: [2, null, { deep: true }], tags: item.tags });
  expect(deleted.Attributes).toEqual(updated.Attributes);
  expect(gone.Item).toBeUndefined();
});

it('writes and reads in batches, with a projection', async () => {
  const items = [1, 2, 3].map((sk) => ({ pk: 'batch', sk, name: `item ${sk}`, list: [10, 20, 30] }));

  await client.batchWrite({ RequestItems: { [table]: items.map((Item) => ({ PutRequest: { Item } })) } });
  await client.batchWrite({
    RequestItems: { [table]: [{ DeleteRequest: { Key: { pk: 'batch', sk: 2 } } }] },
  });
  const { Responses: whole } = await client.batchGet({
    RequestItems: { [table]: { Keys: items.map(({ pk, sk }) => ({ pk, sk })) } },
  });
  const { Responses: cut } = await client.batchGet({
    RequestItems: { [table]: { Keys: [{ pk: 'batch', sk: 3 }], ProjectionExpression: 'sk, list[2]' } },
  });

  expect(whole?.[table]).toEqual([items[0], items[2]]);
  expect(cut?.[table]).toEqual([{ sk: 3, list: [30] }]);
});

it('answers a condition that fails with the exception of DynamoDB', async () => {
  const put = failureOf(
    client.put({
      TableName: table,
      Item: { pk: 'none', sk: 1 },
      ConditionExpression: 'attribute_exists(pk)',
    }),
  );

  expect(await put).toHaveProperty('code', 'ConditionalCheckFailedException');
  expect((await put).message).toBe('ConditionalCheckFailedException: The conditional request failed');
});

it('carries an item of nearly 400 KB', async () => {
  const item = { pk: 'large', sk: 1, text: 'ç'.repeat(100_000), bytes: Buffer.alloc(180_000, 7) };

  await client.put({ TableName: table, Item: item });
  dax.clearCaches();
  const { Item: read } = await client.get({ TableName: table, Key: { pk: 'large', sk: 1 } });
  const { Item: again } = await client.get({ TableName: table, Key: { pk: 'large', sk: 1 } });

  expect(read).toEqual(item);
  expect(again).toEqual(item);
});

it('queries, scans and pages', async () => {
  const items = [1, 2, 3, 4].map((sk) => ({ pk: 'page', sk, even: sk % 2 === 0 }));
  await client.batchWrite({ RequestItems: { [table]: items.map((Item) => ({ PutRequest: { Item } })) } });
  const params = {
    TableName: table,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
    FilterExpression: 'NOT even = :no',
    ExpressionAttributeValues: { ':pk': 'page', ':low': 1, ':high': 4, ':no': false },
  };

  const first = await client.query({ ...params, Limit: 3 });
  const second = await client.query({ ...params, ExclusiveStartKey: first.LastEvaluatedKey });
  const scanned = await client.scan({ TableName: table, Select: 'COUNT', Limit: 2 });

  expect(first).toMatchObject({ Items: [items[1]], Count: 1, ScannedCount: 3, LastEvaluatedKey: { sk: 3 } });
  expect(second).toMatchObject({ Items: [items[3]], Count: 1, ScannedCount: 1 });
  expect(scanned).toMatchObject({ Count: 2, ScannedCount: 2 });
});

it('runs transactions, and tells why one was cancelled', async () => {
  const Key = { pk: 'transaction', sk: 1 };
  const update = (expected: number, next: number) => ({
    Update: {
      TableName: table,
      Key,
      UpdateExpression: 'SET n = :next',
      ConditionExpression: 'n = :expected',
      ExpressionAttributeValues: { ':next': next, ':expected': expected },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    },
  });
  await client.transactWrite({ TransactItems: [{ Put: { TableName: table, Item: { ...Key, n: 1 } } }] });

  await client.transactWrite({ TransactItems: [update(1, 2)] });
  const read = await client.transactGet({ TransactItems: [{ Get: { TableName: table, Key } }] });
  const cancelled = failureOf(client.transactWrite({ TransactItems: [update(1, 3)] }));

  expect(read.Responses).toEqual([{ Item: { ...Key, n: 2 } }]);
  await expect(cancelled).resolves.toMatchObject({
    code: 'TransactionCanceledException',
    cancellationReasons: [
      { Code: 'ConditionalCheckFailed', Item: { pk: { S: 'transaction' }, sk: { N: '1' }, n: { N: '2' } } },
    ],
  });
  expect((await client.get({ TableName: table, Key })).Item).toEqual({ ...Key, n: 2 });
});
