// Repeated reads of the same items: through dax-local's cache, and from DynamoDB Local without it.
// Usage: npm run build && node bench/dax-hit.mjs. Rounds alternate between the two; both clients are AWS's own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DaxDocument } from '@amazon-dax-sdk/lib-dax';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { readConfig } from '../dist/config/index.js';
import { DYNAMODB, EngineHold } from '../dist/embedded/index.js';
import { DaxLocal } from '../tools/dax-local/dist/index.js';
import { eachOf, quantile, ratio, report, spread, timed } from './support/figures.mjs';

const ROUNDS = 7;
const READS_PER_ROUND = 2_000;
const CONCURRENCY = 10;
const ITEMS = 100;
const ITEM_BYTES = 3_500;

const folder = mkdtempSync(join(tmpdir(), 'careline-bench-'));
const hold = await EngineHold.acquire(DYNAMODB, {
  dataDir: readConfig({ DATA_DIR: folder }).dataDir,
  log: () => undefined,
});
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const dynamodb = new DynamoDBClient({ endpoint: hold.address, region: 'us-east-1', credentials });
const direct = DynamoDBDocument.from(dynamodb);
const dax = await DaxLocal.start({ dynamodbEndpoint: hold.address });
const client = new DaxDocument({ endpoint: dax.endpoint, region: 'us-east-1', credentials });
try {
  const TableName = 'bench';
  await dynamodb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    }),
  );
  for (let at = 0; at < ITEMS; at++)
    await direct.put({ TableName, Item: { pk: `item ${at}`, b: Buffer.alloc(ITEM_BYTES, at) } });

  const sides = [
    { name: 'dax-local, hits', get: (pk) => client.get({ TableName, Key: { pk } }), rounds: [] },
    { name: 'DynamoDB Local', get: (pk) => direct.get({ TableName, Key: { pk } }), rounds: [] },
  ];
  for (const { get } of sides) await read(get);
  for (let round = 0; round < ROUNDS; round++)
    for (const { get, rounds } of sides) rounds.push(await read(get));
  print(sides);
} finally {
  client.shutdown();
  dynamodb.destroy();
  await dax.stop();
  await hold.release();
  rmSync(folder, { recursive: true, force: true });
}

async function read(get) {
  let next = 0;
  const taken = [];
  const cpu = process.cpuUsage();
  const worker = async () => {
    while (next < READS_PER_ROUND) taken.push(await timed(() => get(`item ${next++ % ITEMS}`)));
  };
  const ms = await timed(() => Promise.all(Array.from({ length: CONCURRENCY }, worker)));
  const { user, system } = process.cpuUsage(cpu);
  return {
    rate: (READS_PER_ROUND / ms) * 1_000,
    p50Ms: quantile(taken, 0.5),
    p99Ms: quantile(taken, 0.99),
    cpuMicroseconds: (user + system) / READS_PER_ROUND,
  };
}

function print(sides) {
  const [cached, direct] = sides;
  report(
    'dax-hit',
    `Items of ${ITEM_BYTES} bytes, ${ROUNDS} rounds of ${READS_PER_ROUND} reads, ${CONCURRENCY} at a time`,
    ['reads from', 'reads/s', 'p50 ms', 'p99 ms', 'CPU µs a read', 'reads × direct'],
    sides.map(({ name, rounds }) => {
      const { rate, p50Ms, p99Ms, cpuMicroseconds } = eachOf(rounds);
      return [
        name,
        spread(rate),
        spread(p50Ms, 2),
        spread(p99Ms, 1),
        spread(cpuMicroseconds),
        name === cached.name ? ratio(rate, eachOf(direct.rounds).rate) : '1.00',
      ];
    }),
  );
}
