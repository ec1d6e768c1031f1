import { jest } from '@jest/globals';
import { DaxStore } from '../../src/cache/stores/dax/dax-store.js';
import { createTestTable } from '../support/dynamodb.js';
import { DaxLocal } from '../../tools/dax-local/src/index.js';
import { storeContract } from './store.contract.js';

/** For 20 MB in one request after the other, on a machine that is busy. */
const TIMEOUT_MS = 60_000;
jest.setTimeout(2 * TIMEOUT_MS);

storeContract('DaxStore', async () => {
  const table = await createTestTable();
  const dax = await DaxLocal.start({ dynamodbEndpoint: table.connection.endpoint! });
  const { region, credentials } = table.connection;
  return {
    open: (clock) =>
      new DaxStore({
        table: table.name,
        dax: { region, credentials: credentials!, endpoint: dax.endpoint, requestTimeoutMs: TIMEOUT_MS },
        dynamo: table.connection,
        clock,
      }),
    remove: async () => {
      await dax.stop();
      await table.drop();
    },
  };
});
