import { randomBytes } from 'node:crypto';
import type { DynamoConnection } from '../../src/dynamo/dynamo-client.js';
import { createDynamoClient } from '../../src/dynamo/dynamo-client.js';
import { createCacheTable, dropCacheTable } from '../../src/cache/stores/dynamo/cache-table.js';

/** A cache table of the test's own. */
export interface TestTable {
  readonly name: string;
  readonly connection: DynamoConnection;
  create(): Promise<void>;
  drop(): Promise<void>;
}

/** DynamoDB Local, which the global set-up of Jest starts. It takes any credentials. */
export function testConnection(): DynamoConnection {
  const endpoint = process.env['TEST_DYNAMODB_ENDPOINT'];
  if (endpoint === undefined) {
    throw new Error('TEST_DYNAMODB_ENDPOINT is not set: the global set-up of Jest does it');
  }
  return { region: 'eu-central-1', endpoint, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
}

/** A name that no other test uses, for a table that is made already. */
export async function createTestTable(): Promise<TestTable> {
  const connection = testConnection();
  const name = `cache-test-${randomBytes(6).toString('hex')}`;
  const create = (): Promise<void> => withClient(connection, (client) => createCacheTable(client, name));
  const drop = (): Promise<void> => withClient(connection, (client) => dropCacheTable(client, name));
  await create();
  return { name, connection, create, drop };
}

async function withClient(
  connection: DynamoConnection,
  work: (client: ReturnType<typeof createDynamoClient>) => Promise<unknown>,
): Promise<void> {
  const client = createDynamoClient(connection);
  try {
    await work(client);
  } finally {
    client.destroy();
  }
}
