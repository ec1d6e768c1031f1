import type { DaxDocument } from '@amazon-dax-sdk/lib-dax';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { DaxLocal } from '../src/index.js';
import { countingClient } from './support/counting.js';
import { closeClient, daxClient, failureOf } from './support/dax-client.js';
import { createTable, directClient, dropTables } from './support/table.js';

const direct = directClient();
const document = DynamoDBDocument.from(direct);
const behind = countingClient();
let dax: DaxLocal;
let client: DaxDocument;
let TableName: string;

beforeAll(async () => {
  TableName = await createTable(direct, ['S', 'N']);
  dax = await DaxLocal.start({ dynamodb: behind.client });
  client = daxClient(dax.endpoint);
  await client.get({ TableName, Key: { pk: 'warm', sk: 0 } });
});

afterAll(async () => {
  closeClient(client);
  await dax.stop();
  await dropTables(direct, [TableName]);
  behind.client.destroy();
  direct.destroy();
});

beforeEach(() => dax.clearCaches());

/** Calls to DynamoDB that `work` makes. */
async function callsOf(work: () => Promise<unknown>): Promise<number> {
  const before = behind.total();
  await work();
  return behind.total() - before;
}

it('reads an item once, then answers it without a call, also with a projection and in a batch', async () => {
  const Key = { pk: 'read', sk: 1.5 };
  await document.put({ TableName, Item: { ...Key, list: [1, 2], name: 'x' } });

  const first = await callsOf(() => client.get({ TableName, Key }));
  const later = await callsOf(async () => {
    const whole = await client.get({ TableName, Key });
    const cut = await client.get({ TableName, Key, ProjectionExpression: 'list[1]' });
    const batch = await client.batchGet({ RequestItems: { [TableName]: { Keys: [Key] } } });
    expect(whole.Item).toEqual({ ...Key, list: [1, 2], name: 'x' });
    expect(cut.Item).toEqual({ list: [2] });
    expect(batch.Responses?.[TableName]).toEqual([whole.Item]);
  });

  expect([first, later]).toEqual([1, 0]);
});

it('knows a key by its value, however its number is written', async () => {
  await callsOf(() => client.get({ TableName, Key: { pk: 'number', sk: 1.1 } }));

  const low = Object.getPrototypeOf(Object.getPrototypeOf(client) as object) as {
    getItem(this: DaxDocument, input: object): Promise<object>;
  };
  const again = await callsOf(() =>
    low.getItem.call(client, { TableName, Key: { pk: { S: 'number' }, sk: { N: '1.10' } } }),
  );

  expect(again).toBe(0);
});

it('asks for the missing items of a batch only', async () => {
  const Keys = [1, 2, 3].map((sk) => ({ pk: 'batch', sk }));
  await client.put({ TableName, Item: { ...Keys[0], n: 1 } });
  await client.get({ TableName, Key: Keys[1] });
  behind.calls.clear();

  await client.batchGet({ RequestItems: { [TableName]: { Keys } } });
  const again = await callsOf(() => client.batchGet({ RequestItems: { [TableName]: { Keys } } }));

  expect(Object.fromEntries(behind.calls)).toEqual({ BatchGetItemCommand: 1 });
  expect(again).toBe(0);
});

it('keeps that an item does not exist, until it is written', async () => {
  const Key = { pk: 'absent', sk: 1 };

  await client.get({ TableName, Key });
  await document.put({ TableName, Item: { ...Key, by: 'another program' } });
  const stale = await client.get({ TableName, Key });
  await client.put({ TableName, Item: { ...Key, by: 'this client' } });
  const fresh = await client.get({ TableName, Key });

  expect(stale.Item).toBeUndefined();
  expect(fresh.Item).toEqual({ ...Key, by: 'this client' });
});

it.each([
  ['put', (Key: object) => client.put({ TableName, Item: { ...Key, n: 2 } })],
  [
    'update',
    (Key: object) =>
      client.update({
        TableName,
        Key,
        UpdateExpression: 'SET n = :n',
        ExpressionAttributeValues: { ':n': 2 },
        ReturnValues: 'UPDATED_OLD',
      }),
  ],
  [
    'batch write',
    (Key: object) =>
      client.batchWrite({ RequestItems: { [TableName]: [{ PutRequest: { Item: { ...Key, n: 2 } } }] } }),
  ],
])('writes through by %s: the next read has it without a call', async (name, write) => {
  const Key = { pk: `write by ${name}`, sk: 1 };
  await client.put({ TableName, Item: { ...Key, n: 1 } });

  await write(Key);
  const calls = await callsOf(async () =>
    expect((await client.get({ TableName, Key })).Item).toEqual({ ...Key, n: 2 }),
  );

  expect(calls).toBe(0);
  expect((await document.get({ TableName, Key })).Item).toEqual({ ...Key, n: 2 });
});

it('has the items of a transaction right: one put, one updated, one deleted', async () => {
  const Key = { pk: 'transaction', sk: 1 };
  const other = { pk: 'transaction', sk: 2 };
  const third = { pk: 'transaction', sk: 3 };
  await client.put({ TableName, Item: { ...Key, n: 1 } });
  await client.put({ TableName, Item: { ...other, n: 1 } });
  await client.put({ TableName, Item: { ...third, n: 1 } });

  await client.transactWrite({
    TransactItems: [
      { Update: { TableName, Key, UpdateExpression: 'ADD n :n', ExpressionAttributeValues: { ':n': 1 } } },
      { Delete: { TableName, Key: other } },
      { Put: { TableName, Item: { ...third, n: 2 } } },
    ],
  });

  expect((await client.get({ TableName, Key })).Item).toEqual({ ...Key, n: 2 });
  expect((await client.get({ TableName, Key: other })).Item).toBeUndefined();
  expect((await client.get({ TableName, Key: third })).Item).toEqual({ ...third, n: 2 });
});

it('a transaction that is repeated by its token changes nothing, and the cache shows nothing of it', async () => {
  const Key = { pk: 'replay', sk: 1 };
  const other = { pk: 'replay', sk: 2 };
  await client.put({ TableName, Item: { ...other, n: 1 } });
  const transact = () =>
    client.transactWrite({
      ClientRequestToken: 'replay',
      TransactItems: [{ Put: { TableName, Item: { ...Key, n: 1 } } }, { Delete: { TableName, Key: other } }],
    });

  await transact();
  for (const key of [Key, other]) await client.put({ TableName, Item: { ...key, n: 2 } });
  await transact();

  for (const key of [Key, other])
    expect((await client.get({ TableName, Key: key })).Item).toEqual({ ...key, n: 2 });
});

it('leaves the cache alone when a condition fails', async () => {
  const Key = { pk: 'condition', sk: 1 };
  await client.put({ TableName, Item: { ...Key, n: 1 } });

  await failureOf(
    client.put({ TableName, Item: { ...Key, n: 2 }, ConditionExpression: 'attribute_not_exists(pk)' }),
  );
  const calls = await callsOf(async () =>
    expect((await client.get({ TableName, Key })).Item).toEqual({ ...Key, n: 1 }),
  );

  expect(calls).toBe(0);
});

it('passes strongly consistent reads and transactions on, and keeps nothing of them', async () => {
  const Key = { pk: 'consistent', sk: 1 };
  await client.get({ TableName, Key });
  await document.put({ TableName, Item: { ...Key, n: 1 } });

  const consistent = await client.get({ TableName, Key, ConsistentRead: true });
  const transacted = await client.transactGet({ TransactItems: [{ Get: { TableName, Key } }] });
  const eventual = await client.get({ TableName, Key });

  expect(consistent.Item).toEqual({ ...Key, n: 1 });
  expect(transacted.Responses?.[0]?.Item).toEqual({ ...Key, n: 1 });
  expect(eventual.Item).toBeUndefined();
});

it('keeps answers of queries by their parameters, and writes do not touch them', async () => {
  const query = (low: number, ConsistentRead = false) =>
    client.query({
      TableName,
      ConsistentRead,
      KeyConditionExpression: 'pk = :pk AND sk >= :low',
      ExpressionAttributeValues: { ':pk': 'query', ':low': low },
      ReturnConsumedCapacity: 'TOTAL',
    });
  await client.put({ TableName, Item: { pk: 'query', sk: 1 } });

  const first = await query(1);
  await client.put({ TableName, Item: { pk: 'query', sk: 2 } });
  const calls = await callsOf(async () => expect((await query(1)).Count).toBe(1));
  const otherParameters = await query(0);
  const consistent = await query(1, true);
  const hit = await query(1);

  expect(first.ConsumedCapacity?.CapacityUnits).toBe(0.5);
  expect(calls).toBe(0);
  expect([otherParameters.Count, consistent.Count]).toEqual([2, 2]);
  expect(hit.ConsumedCapacity?.CapacityUnits).toBe(0);
});

it('lets an item go when its time is over', async () => {
  const Key = { pk: 'ttl', sk: 1 };
  const short = await DaxLocal.start({ dynamodb: behind.client, itemCache: { ttlMs: 1 } });
  const one = daxClient(short.endpoint);
  await one.get({ TableName, Key });
  await document.put({ TableName, Item: { ...Key, n: 1 } });
  const writtenAt = performance.now();

  // More than a millisecond has passed: the writes above took longer, and this makes sure.
  while (performance.now() < writtenAt + 2) await document.get({ TableName, Key });
  const read = await one.get({ TableName, Key });

  expect(read.Item).toEqual({ ...Key, n: 1 });
  closeClient(one);
  await short.stop();
});
