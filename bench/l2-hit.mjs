// L2 hit: a read through the cache whose entry is in DynamoDB and not in this process (key, limits, breaker, checksum,
// decompression), beside a raw GetItem of the AWS SDK of the same item. Both against DynamoDB Local, in turns.
import { GetItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { createDynamoClient, memoize } from '../dist/cache/index.js';
import { patientTag } from '../dist/patients/cache-tags.js';
import { withClinic } from './support/clinic.mjs';
import { CALL_FIGURES, eachOf, figuresOfCalls, ratio, report, round } from './support/figures.mjs';
import { BYTES, connectionOf, withService } from './support/service.mjs';

const ROUNDS = 11;
const READS = 200;

await withClinic({ dynamodb: true }, ({ environment }) =>
  withService(
    { ...environment, CACHE_STORE: 'dynamo', CACHE_L2_TIMEOUT_MS: '2000' },
    async ({ cache, patients, table }) => {
      const client = createDynamoClient(connectionOf(environment));
      try {
        const { id } = (await patients.list({ limit: 1 })).items[0];
        let loads = 0;
        const record = memoize(
          cache,
          async () => (loads++, Buffer.from(JSON.stringify(await patients.record(id)))),
          { name: 'bench.record', tags: () => [patientTag(id)], serializer: BYTES },
        );
        const bytes = (await record()).length;
        const Key = await keyOfItem(client, table);
        const cached = () => (cache.local.clear(), record());
        const raw = () => client.send(new GetItemCommand({ TableName: table, Key }));

        await round(READS, [raw, cached]);
        loads = 0;
        const rounds = [];
        for (let i = 0; i < ROUNDS; i++) rounds.push(await round(READS, [raw, cached]));
        // The self-check compares one hit in a thousand with the origin.
        if (loads > 1 + (ROUNDS * READS) / 1_000) throw new Error(`${loads} loads: these were no hits`);
        const ofRaw = rounds.map(([one]) => one);
        const ofCached = rounds.map(([, one]) => one);
        const ask = new GetItemCommand({ TableName: table, Key, ReturnConsumedCapacity: 'TOTAL' });
        const { ConsumedCapacity } = await client.send(ask);
        const row = (name, own) => [
          name,
          ...figuresOfCalls(own),
          ratio(eachOf(own).p50Ms, eachOf(ofRaw).p50Ms),
          ConsumedCapacity.CapacityUnits,
        ];
        report(
          'l2-hit',
          `L2 hit, record of ${bytes} bytes, ${ROUNDS} rounds of ${READS} reads`,
          ['read', ...CALL_FIGURES, 'p50 × raw', 'RCU'],
          [row('Careline, L2 hit', ofCached), row('raw GetItem of the same item', ofRaw)],
        );
      } finally {
        client.destroy();
      }
    },
  ),
);

/** Of the only entry, once it is stored: storing delays nobody. */
async function keyOfItem(client, TableName) {
  for (;;) {
    const { Items = [] } = await client.send(new ScanCommand({ TableName }));
    const entry = Items.find(({ b }) => b !== undefined);
    if (entry !== undefined) return { pk: entry.pk, sk: entry.sk };
  }
}
