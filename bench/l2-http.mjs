// A hit in DynamoDB over HTTP, with no tier in memory: Careline's library, Nest's CacheInterceptor with @keyv/dynamo, bentocache
// with its DynamoDB driver, and the AWS SDK by hand. The same record behind each, on a route without guards; what a miss writes and
// a hit reads in capacity units, and the bytes that are stored.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { createDynamoClient } from '../dist/cache/index.js';
import { withClinic } from './support/clinic.mjs';
import { number, ratio, report } from './support/figures.mjs';
import { medianRecord } from './support/record.mjs';
import { CONNECTIONS, FIGURES, figuresOf, launch, load, measure, stop } from './support/server.mjs';
import { connectionOf } from './support/service.mjs';

const ROUNDS = 7;
const SECONDS = 2;
/** Of what is stored after a miss, which delays nobody. */
const SETTLE_MS = 1_000;
const SIDES = [
  ['Careline, library', 'tier-careline'],
  ['raw SDK, JSON as a string', 'tier-raw-sdk'],
  ['bentocache, `dynamoDbDriver`', 'tier-bentocache'],
  ['Nest `CacheInterceptor`, `@keyv/dynamo`', 'tier-nest-keyv'],
];
const PATHS = Array.from({ length: CONNECTIONS }, (_, key) => `/record/${key}`);

await withClinic({ dynamodb: true }, async ({ folder, environment }) => {
  const file = join(folder, 'record.json');
  const record = JSON.stringify(medianRecord());
  writeFileSync(file, record);
  const client = createDynamoClient(connectionOf(environment));
  const servers = [];
  try {
    for (const [name, script] of SIDES) {
      const more = { BENCH_RECORD: file, BENCH_TABLE: script };
      servers.push(await launch(name, `bench/servers/${script}.mjs`, { ...environment, ...more }));
      servers.at(-1).table = script;
    }
    for (const server of servers) await fill(server, client);
    for (const server of servers) await load(server, PATHS, {}, SECONDS);
    for (const server of servers) Object.assign(server, { before: await countsOf(server), requests: 0 });
    for (let round = 0; round < ROUNDS; round++)
      for (const server of servers) server.requests += await measure(server, PATHS, {}, SECONDS);
    for (const server of servers) server.after = await countsOf(server);
    print(servers, record.length);
  } finally {
    client.destroy();
    await Promise.all(servers.map(stop));
  }
});

/** A miss of every key, one after the other. */
async function fill(server, client) {
  for (const path of PATHS) {
    const response = await fetch(server.url + path);
    if (!response.ok || (await response.json()).exams === undefined)
      throw new Error(`${server.name}: no record`);
  }
  await delay(SETTLE_MS);
  server.filled = await countsOf(server);
  const { Items } = await client.send(new ScanCommand({ TableName: server.table }));
  server.storedBytes = Items.reduce((sum, item) => sum + sizeOf(item), 0) / PATHS.length;
}

async function countsOf({ url }) {
  return (await fetch(`${url}/counts`)).json();
}

/** As DynamoDB counts: names and values; a number has about one byte for two digits, and one more. */
function sizeOf(item) {
  const size = ({ S, N, B }) => (N === undefined ? Buffer.byteLength(S ?? B) : Math.ceil(N.length / 2) + 1);
  return Object.entries(item).reduce((sum, [name, value]) => sum + name.length + size(value), 0);
}

function print(servers, bytes) {
  const raw = servers.find(({ table }) => table === 'tier-raw-sdk');
  report(
    'l2-http',
    `L2 hit over HTTP, record of ${bytes} bytes, ${ROUNDS} rounds of ${SECONDS} s, ${CONNECTIONS} connections with a key each`,
    [
      'server',
      ...FIGURES,
      'CPU × raw',
      'RCU a hit',
      'WCU a miss',
      'RCU a miss',
      'bytes stored',
      'loads in hits',
    ],
    servers.map((server) => {
      const { requests, before, after, filled, storedBytes } = server;
      return [
        server.name,
        ...figuresOf(server),
        ratio(server.cpuMicroseconds, raw.cpuMicroseconds),
        number((after.readUnits - before.readUnits) / requests, 1),
        number(filled.writeUnits / PATHS.length, 1),
        number(filled.readUnits / PATHS.length, 1),
        number(storedBytes),
        `${after.loads - before.loads} of ${number(requests)}`,
      ];
    }),
  );
}
