// bentocache with its DynamoDB driver and no tier in memory, as getOrSet.
import { BentoCache, bentostore } from 'bentocache';
import { dynamoDbDriver } from 'bentocache/drivers/dynamodb';
import { createDynamoClient } from '../../dist/cache/index.js';
import { createHashTable } from '../support/hash-table.mjs';
import { CONNECTION, countUnitsOf, loadRecord, serveTier, TABLE } from '../support/tier-server.mjs';

const client = createDynamoClient(CONNECTION);
await createHashTable(client, TABLE, 'key');
countUnitsOf(client);
const bento = new BentoCache({
  default: 'dynamo',
  stores: { dynamo: bentostore().useL2Layer(dynamoDbDriver({ client, table: { name: TABLE } })) },
});
await serveTier((key) => bento.getOrSet({ key, ttl: '1h', factory: loadRecord }));
