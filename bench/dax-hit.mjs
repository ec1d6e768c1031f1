// Repeated reads of the same items: through dax-local's cache, and from DynamoDB Local without it.
// Usage: npm run build && node bench/dax-hit.mjs. Rounds alternate between the two; both clients are AWS's own.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { DaxDocument } from '@amazon-dax-sdk/lib-dax';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { readConfig } from '../dist/config/index.js';
import { DYNAMODB, EngineLease } from '../dist/embedded/index.js';
import { DaxLocal } from '../tools/dax-local/dist/index.js';

const ROUNDS = 7;
const READS_PER_ROUND = 3_000;
const CONCURRENCY = 10;
const ITEMS = 100;
const ITEM_BYTES = 3_500;

const folder = mkdtempSync(join(tmpdir(), 'careline-bench-'));
const lease = await EngineLease.acquire(DYNAMODB, {
  dataDir: readConfig({ DATA_DIR: folder }).dataDir,
  log: () => undefined,
});
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const dynamodb = new DynamoDBClient({ endpoint: lease.address, region: 'us-east-1', credentials });
const direct = DynamoDBDocument.from(dynamodb);
const dax = await DaxLocal.start({ dynamodbEndpoint: lease.address });
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
    { name: 'dax-local, hits', get: (pk) => client.get({ TableName, Key: { pk } }), seconds: [] },
    { name: 'DynamoDB Local', get: (pk) => direct.get({ TableName, Key: { pk } }), seconds: [] },
  ];
  for (const { get } of sides) await read(get);
  for (let round = 0; round < ROUNDS; round++)
    for (const { get, seconds } of sides) seconds.push(await read(get));
  report(sides);
} finally {
  client.shutdown();
  dynamodb.destroy();
  await dax.stop();
  await lease.release();
  rmSync(folder, { recursive: true, force: true });
}

/** Seconds for one round. */
async function read(get) {
  let next = 0;
  const startedAt = performance.now();
  const worker = async () => {
    while (next < READS_PER_ROUND) await get(`item ${next++ % ITEMS}`);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return (performance.now() - startedAt) / 1_000;
}

function report(sides) {
  const rates = sides.map(({ seconds }) => seconds.map((one) => READS_PER_ROUND / one).sort((a, b) => a - b));
  const median = (sorted) => sorted[Math.floor(sorted.length / 2)];
  console.log(
    `\nItems of ${ITEM_BYTES} bytes, ${ROUNDS} rounds of ${READS_PER_ROUND} reads, ${CONCURRENCY} at a time, ${cpus().length} cores, Node ${process.version}\n`,
  );
  console.log('| reads from | reads/s median (min–max) |\n|---|---|');
  sides.forEach(({ name }, at) => {
    const [slowest, fastest] = [rates[at][0], rates[at].at(-1)].map(Math.round);
    console.log(`| ${name} | ${Math.round(median(rates[at]))} (${slowest}–${fastest}) |`);
  });
  console.log(`\n${(median(rates[0]) / median(rates[1])).toFixed(2)} times as many through the cache`);
}
