import type { DynamoDBClient, TableDescription } from '@aws-sdk/client-dynamodb';
import { CacheUsageError } from '../../errors.js';
import { ATTRIBUTE } from './item-layout.js';
import type { TableOptions } from './table-steps.js';
import { dropTable, ensureTable } from './tables.js';

/**
 * Makes the table of a {@link DynamoStore}: on demand, with expiry on. Resolves when it can be used; calling it again, or
 * from several processes, does no harm.
 * @returns whether it made the table; false: it was there
 * @throws {CacheUsageError} when a table with this name has other keys
 */
export function createCacheTable(
  client: DynamoDBClient,
  table: string,
  options: TableOptions = {},
): Promise<boolean> {
  const request = {
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST' as const,
    AttributeDefinitions: [
      { AttributeName: ATTRIBUTE.partition, AttributeType: 'S' as const },
      { AttributeName: ATTRIBUTE.sort, AttributeType: 'S' as const },
    ],
    KeySchema: [
      { AttributeName: ATTRIBUTE.partition, KeyType: 'HASH' as const },
      { AttributeName: ATTRIBUTE.sort, KeyType: 'RANGE' as const },
    ],
  };
  // What it holds can be had again: nothing protects it.
  const spec = { request, ttlAttribute: ATTRIBUTE.ttl, isProtected: false, check: assertKeys };
  return ensureTable(client, spec, options);
}

/**
 * Drops the table. Resolves when it is gone.
 * @returns whether it dropped the table; false: there was none
 */
export function dropCacheTable(
  client: DynamoDBClient,
  table: string,
  options: TableOptions = {},
): Promise<boolean> {
  return dropTable(client, table, options);
}

function assertKeys({ KeySchema = [], AttributeDefinitions = [] }: TableDescription): void {
  const types = new Map(AttributeDefinitions.map((it) => [it.AttributeName, it.AttributeType]));
  const keys = KeySchema.map(
    ({ AttributeName, KeyType }) => `${AttributeName} ${KeyType} ${types.get(AttributeName)}`,
  );
  if (keys.sort().join() !== `${ATTRIBUTE.partition} HASH S,${ATTRIBUTE.sort} RANGE S`) {
    throw new CacheUsageError(
      'CACHE_OPTIONS_INVALID',
      'The table is there, but its keys are not those of a cache.',
    );
  }
}
