// Miss: the record of a patient loaded through the cache and stored, beside the same load without a cache; with this
// process as the only tier, and with DynamoDB Local behind it (read, lease, load, store). In turns.
import { randomUUID } from 'node:crypto';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { createDynamoClient, memoize } from '../dist/cache/index.js';
import { patientTag } from '../dist/patients/cache-tags.js';
import { withClinic } from './support/clinic.mjs';
import { CALL_FIGURES, eachOf, figuresOfCalls, ratio, report, round } from './support/figures.mjs';
import { BYTES, connectionOf, withService } from './support/service.mjs';

const ROUNDS = 11;
const LOADS = 60;

await withClinic({ dynamodb: true }, ({ environment }) =>
  withService({ ...environment, CACHE_STORE: 'memory' }, (memory) =>
    withService({ ...environment, CACHE_STORE: 'dynamo', CACHE_L2_TIMEOUT_MS: '2000' }, async (dynamo) => {
      const client = createDynamoClient(connectionOf(environment));
      await run(memory, dynamo, client).finally(() => client.destroy());
    }),
  ),
);

async function run(memory, dynamo, client) {
  const { items } = await memory.patients.list({ limit: 100 });
  const idOf = (i) => items[i % items.length].id;
  const load = async ({ patients }, id) => Buffer.from(JSON.stringify(await patients.record(id)));
  // A key of its own each time: nothing is found, and the versions are known, as on a route that is in use.
  const missing = (service) => {
    const record = memoize(service.cache, (id) => load(service, id), {
      name: 'bench.record',
      tags: (id) => [patientTag(id)],
      serializer: BYTES,
    });
    return (i) => record(idOf(i), randomUUID());
  };
  const ways = [
    { name: 'no cache', work: (i) => load(memory, idOf(i)), rounds: [] },
    { name: 'Careline, memory', work: missing(memory), rounds: [] },
    { name: 'Careline, DynamoDB Local', work: missing(dynamo), rounds: [] },
  ];
  const Key = { pk: { S: 'none' }, sk: { S: 'none' } };
  const get = () => client.send(new GetItemCommand({ TableName: dynamo.table, Key }));
  ways.push({ name: '(one GetItem, of nothing)', work: get, rounds: [] });
  // What DynamoDB Local stores behind a miss would slow the others down: it has its turn after them.
  for (let i = 0; i <= ROUNDS; i++)
    for (const part of [ways.slice(0, 2), ways.slice(2, 3), ways.slice(3)]) {
      const figures = await round(
        LOADS,
        part.map(({ work }) => work),
      );
      // The first round warms up.
      if (i > 0) for (const [at, way] of part.entries()) way.rounds.push(figures[at]);
    }
  const [base] = ways;
  report(
    'miss',
    `Miss, ${ROUNDS} rounds of ${LOADS} records`,
    ['load', ...CALL_FIGURES, 'p50 × no cache', 'CPU × no cache'],
    ways.map(({ name, rounds }) => [
      name,
      ...figuresOfCalls(rounds),
      ratio(eachOf(rounds).p50Ms, eachOf(base.rounds).p50Ms),
      ratio(eachOf(rounds).cpuMicroseconds, eachOf(base.rounds).cpuMicroseconds),
    ]),
  );
}
