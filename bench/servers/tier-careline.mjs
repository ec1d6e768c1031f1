// Careline's library over DynamoDB, without a tier in memory: every request reads the shared one.
import {
  createCache,
  createCacheTable,
  createCodec,
  createDynamoClient,
  createItemClient,
  DynamoStore,
  memoize,
} from '../../dist/cache/index.js';
import { patientTag } from '../../dist/patients/cache-tags.js';
import { BYTES, numberedUuid } from '../support/service.mjs';
import { CONNECTION, countUnits, loadBytes, serveTier, TABLE } from '../support/tier-server.mjs';

const client = createDynamoClient(CONNECTION);
await createCacheTable(client, TABLE);
client.destroy();
const { cache, authority } = await createCache({
  databaseUrl: process.env.DATABASE_URL,
  namespace: 'bench',
  store: {
    store: new DynamoStore({ table: TABLE, items: createItemClient(CONNECTION), consumed: countUnits }),
    codec: createCodec({ encryption: { mode: 'off' } }),
    timeoutMs: 5_000,
  },
  // No entry is as small as that.
  localMaxBytes: 1,
});
const tagOf = (key) => patientTag(numberedUuid(Number(key)));
await authority.create(Array.from({ length: 100 }, (_, i) => tagOf(i)));
await serveTier(
  memoize(cache, () => Promise.resolve(loadBytes()), {
    name: 'bench.record',
    tags: (key) => [tagOf(key)],
    serializer: BYTES,
    snapshot: false,
  }),
);
