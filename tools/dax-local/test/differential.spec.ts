import type { DaxDocument } from '@amazon-dax-sdk/lib-dax';
import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { DaxLocal } from '../src/index.js';
import { outcomeOf } from './differential/outcome.js';
import { operations, type Operation, type TableKey } from './differential/requests.js';
import { daxSide, directSide } from './differential/sides.js';
import { closeClient, daxClient } from './support/dax-client.js';
import { createTable, directClient, dropTables } from './support/table.js';

const KEYS: readonly TableKey[] = [
  ['S'],
  ['N'],
  ['B'],
  ['S', 'S'],
  ['S', 'N'],
  ['S', 'B'],
  ['N', 'S'],
  ['B', 'N'],
];
/** Of one query or scan. */
const MAX_PAGES = 2;
const OPERATIONS_PER_TABLE = 630;
const INDEX = {
  AttributeDefinitions: [{ AttributeName: 'g', AttributeType: 'S' as const }],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'byG',
      KeySchema: [{ AttributeName: 'g', KeyType: 'HASH' as const }],
      Projection: { ProjectionType: 'ALL' as const },
    },
  ],
};

const direct = directClient();
const differences: object[] = [];
const tables: string[] = [];
let dax: DaxLocal;
let client: DaxDocument;

beforeAll(async () => {
  // A query cache answers what was true before the last writes, so it is off. Two nodes, to read on one what the other wrote.
  dax = await DaxLocal.start({ dynamodb: direct, nodes: 2, queryCache: { maxBytes: 0 } });
  client = daxClient(dax.endpoint);
});

afterAll(async () => {
  closeClient(client);
  await dax.stop();
  await dropTables(direct, tables);
  direct.destroy();
});

// Tables are independent of each other: they take turns, which keeps both cores busy.
it('answers random operations as DynamoDB Local does without it', async () => {
  const outcomes = await Promise.all(KEYS.map((key, at) => compare(key, 20_260_101 + at)));
  const all = outcomes.flat();

  expect(differences).toEqual([]);
  expect(all.length).toBeGreaterThanOrEqual(5_000);
  // Neither all fail nor all succeed.
  expect(all.filter((outcome) => 'failure' in outcome).length).toBeGreaterThan(500);
  expect(all.filter((outcome) => 'output' in outcome).length).toBeGreaterThan(2_500);
}, 300_000);

async function compare(key: TableKey, seed: number): Promise<object[]> {
  const throughDax = await createTable(direct, key, INDEX);
  const withoutDax = await createTable(direct, key, INDEX);
  tables.push(throughDax, withoutDax);
  const one = daxSide(client, throughDax);
  const other = directSide(direct, withoutDax);
  const outcomes: object[] = [];
  for (const operation of fc.sample(operations(key), { seed, numRuns: OPERATIONS_PER_TABLE })) {
    // Each side goes on from the key that it was given itself.
    let [page, samePage] = [operation, operation];
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      const [seen, expected] = await Promise.all([
        outcomeOf(one, page, throughDax),
        outcomeOf(other, samePage, withoutDax),
      ]);
      if (!isDeepStrictEqual(seen.comparable, expected.comparable))
        differences.push({ key, page, seen: seen.comparable, expected: expected.comparable });
      outcomes.push(expected.comparable);
      if (seen.lastKey === undefined || expected.lastKey === undefined) break;
      page = from(operation, seen.lastKey);
      samePage = from(operation, expected.lastKey);
    }
  }
  return outcomes;
}

function from({ name, input }: Operation, startKey: unknown): Operation {
  return { name, input: { ...input, ExclusiveStartKey: startKey } };
}
