import { setTimeout as delay } from 'node:timers/promises';
import type { DaxDocument } from '@amazon-dax-sdk/lib-dax';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { waitUntil } from '../../../test/support/wait-until.js';
import { DaxLocal } from '../src/index.js';
import { closeClient, daxClient, failureOf } from './support/dax-client.js';
import { createTable, directClient, dropTables } from './support/table.js';

const direct = directClient();
const document = DynamoDBDocument.from(direct);
/** AWS's client waits for 7, 10 and 60 s when a node is gone, one after the other. */
const IMPATIENT = { maxRetryDelay: 500, connectTimeout: 1_000, requestTimeout: 5_000 };
let dax: DaxLocal;
let client: DaxDocument;
let TableName: string;

beforeAll(async () => {
  TableName = await createTable(direct, ['S']);
  // A lag without end: writes arrive when the test says so.
  dax = await DaxLocal.start({ dynamodb: direct, nodes: 3, replicationLagMs: 3_600_000 });
  client = daxClient(dax.endpoint, { clusterUpdateInterval: 100, healthCheckInterval: 100, ...IMPATIENT });
  // Until it knows all of them, it may take one that is no leader.
  await waitUntil('the client reads from every node', async () => {
    await client.get({ TableName, Key: { pk: 'warm' } });
    return dax.stats().every(({ items }) => items.hits + items.misses > 0);
  });
});

afterAll(async () => {
  closeClient(client);
  await dax.stop();
  await dropTables(direct, [TableName]);
  direct.destroy();
});

/** What the nodes answer, asked until each was asked. */
async function answersOfAllNodes(pk: string): Promise<Set<unknown>> {
  const asked = () => dax.stats().map(({ items }) => items.hits + items.misses);
  const before = asked();
  const answers = new Set<unknown>();
  await waitUntil('every node was asked', async () => {
    answers.add((await client.get({ TableName, Key: { pk } })).Item?.['n']);
    return asked().every((count, node) => count > (before[node] ?? 0));
  });
  return answers;
}

it('shows old values on other nodes until the write has come to them', async () => {
  await document.put({ TableName, Item: { pk: 'lag', n: 1 } });
  const before = await answersOfAllNodes('lag');

  await client.put({ TableName, Item: { pk: 'lag', n: 2 } });
  const meanwhile = await answersOfAllNodes('lag');
  dax.flushReplication();
  const after = await answersOfAllNodes('lag');

  expect(before).toEqual(new Set([1]));
  expect(meanwhile).toEqual(new Set([1, 2]));
  expect(after).toEqual(new Set([2]));
});

it('replicates by itself after the lag', async () => {
  await answersOfAllNodes('short lag');
  dax.flushReplication();
  dax.setReplicationLag(20);

  await client.put({ TableName, Item: { pk: 'short lag', n: 1 } });
  await waitUntil('every node has it', async () => {
    const answers = await answersOfAllNodes('short lag');
    return answers.size === 1 && answers.has(1);
  });
  dax.setReplicationLag(3_600_000);
});

it('a node that was stopped has missed what was written, and comes back empty', async () => {
  const [Key, other] = [{ pk: 'missed' }, { pk: 'missed too' }];
  await client.put({ TableName, Item: { ...Key, n: 1 } });

  await dax.stopNode(2);
  await client.put({ TableName, Item: { ...other, n: 1 } });
  dax.flushReplication();
  const whileGone = dax.stats()[2]?.items.entries;
  await dax.startNode(2);

  expect(whileGone).toBe(0);
  expect(dax.stats()[2]?.items.entries).toBe(0);
});

/** AWS's client takes its time: it asks a node that is gone several times. Some of its calls then never end at all. */
const FAIL_OVER_DEADLINE_MS = 60_000;
const CALL_DEADLINE_MS = 3_000;

it(
  'fails over when nodes are gone, the leader too, and takes them back',
  async () => {
    const item = { pk: 'fail over', n: 2 };
    const succeeds = (call: () => Promise<unknown>) => () =>
      Promise.race([
        call().then(
          () => true,
          () => false,
        ),
        delay(CALL_DEADLINE_MS, false),
      ]);
    await client.put({ TableName, Item: { ...item, n: 1 } });

    await dax.stopNode(0);
    await dax.stopNode(2);
    const put = succeeds(() => client.put({ TableName, Item: item }));
    await waitUntil('a write succeeds', put, FAIL_OVER_DEADLINE_MS);
    let read: unknown;
    const get = succeeds(async () => {
      read = (await client.get({ TableName, Key: { pk: item.pk }, ConsistentRead: true })).Item;
    });
    await waitUntil('a read succeeds', get, FAIL_OVER_DEADLINE_MS);
    await dax.startNode(0);
    await dax.startNode(2);
    const all = succeeds(() => answersOfAllNodes(item.pk));
    await waitUntil('all nodes are asked', all, FAIL_OVER_DEADLINE_MS);

    expect(read).toEqual(item);
  },
  3 * FAIL_OVER_DEADLINE_MS,
);

it('drops a connection on order: before the write, or in place of its answer', async () => {
  const add = () =>
    client.update({
      TableName,
      Key: { pk: 'drop' },
      UpdateExpression: 'ADD n :one',
      ExpressionAttributeValues: { ':one': 1 },
    });
  const stored = async () => (await document.get({ TableName, Key: { pk: 'drop' } })).Item?.['n'] as unknown;

  const before = dax.order({ kind: 'drop', methods: ['updateItem'] });
  await add();
  const afterFirst = await stored();
  const after = dax.order({ kind: 'drop', when: 'after', methods: ['updateItem'] });
  await add();

  expect([before.hits, after.hits]).toEqual([1, 1]);
  expect(afterFirst).toBe(1);
  // The client repeats a write whose answer it did not get: that is what users want to see before production shows it.
  expect(await stored()).toBe(3);
});

it('throttles on order, until the order is cancelled', async () => {
  const order = dax.order({ kind: 'throttle', methods: ['getItem'], times: Infinity });

  const throttled = await failureOf(client.get({ TableName, Key: { pk: 'throttled' } }));
  order.cancel();
  const read = await client.get({ TableName, Key: { pk: 'throttled' } });

  expect(throttled.code).toBe('ThrottlingException');
  // Once, and the client's repeat.
  expect(order.hits).toBe(2);
  expect(read.Item).toBeUndefined();
});

it('answers with any exception on order, on one node', async () => {
  for (const node of [0, 1, 2])
    dax.order({ kind: 'error', name: 'LimitExceededException', node, methods: ['putItem'], times: Infinity });

  const failure = await failureOf(client.put({ TableName, Item: { pk: 'error' } }));

  expect(failure.code).toBe('LimitExceededException');
});

it('delays on order: a request that begins later is answered first', async () => {
  const answered: string[] = [];
  const get = (pk: string) => client.get({ TableName, Key: { pk } }).then(() => answered.push(pk));
  const order = dax.order({ kind: 'delay', delayMs: 700, methods: ['getItem'] });

  const delayed = get('delayed');
  await waitUntil('it is delayed', () => order.hits === 1);
  await get('prompt');
  await delayed;

  expect(answered).toEqual(['prompt', 'delayed']);
});
