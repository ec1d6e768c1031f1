import { createItemClient } from '../../src/cache/stores/dynamo/document-item-client.js';
import { DynamoStore } from '../../src/cache/stores/dynamo/dynamo-store.js';
import { createTestTable } from '../support/dynamodb.js';
import { storeContract } from './store.contract.js';

storeContract('DynamoStore', async () => {
  const table = await createTestTable();
  return {
    open: (clock) => new DynamoStore({ table: table.name, items: createItemClient(table.connection), clock }),
    remove: () => table.drop(),
  };
});
