import { createCacheTable, dropCacheTable } from '../../src/cache/index.js';
import { createDynamoClient } from '../../src/dynamo/dynamo-client.js';
import { testConnection } from './dynamodb.js';

/** A busy machine is no reason to go on without the tier. */
const TIMEOUT_MS = 10_000;

/** The shared tier of services that choose none. */
export interface TestTier {
  /** The variables of a service that uses it. */
  readonly environment: Readonly<Record<string, string>>;
  drop(): Promise<void>;
}

/**
 * The tier of `TEST_CACHE_STORE` (`dynamo` or `dax`; `memory` is none), ready for use.
 * @param databaseUrl who shares the database shares the tier
 */
export async function openTestTier(databaseUrl: string): Promise<TestTier> {
  const store = process.env['TEST_CACHE_STORE'] ?? 'memory';
  if (store === 'memory') return { environment: {}, drop: () => Promise.resolve() };
  const table = `cache-${new URL(databaseUrl).pathname.slice(1)}`;
  await onTable(table, createCacheTable);
  return {
    environment: {
      CACHE_STORE: store,
      CACHE_TABLE: table,
      CACHE_L2_TIMEOUT_MS: String(TIMEOUT_MS),
      DYNAMODB_ENDPOINT: testConnection().endpoint ?? '',
      DAX_ENDPOINT: process.env['TEST_DAX_ENDPOINT'] ?? '',
    },
    drop: () => onTable(table, dropCacheTable),
  };
}

async function onTable(table: string, work: typeof createCacheTable): Promise<void> {
  const client = createDynamoClient(testConnection());
  try {
    await work(client, table);
  } finally {
    client.destroy();
  }
}
