import type { DynamoDBClient, TableDescription } from '@aws-sdk/client-dynamodb';
import { CacheError, CacheUsageError } from '../../base/errors.js';
import { TableError } from '../../../dynamo/dynamo-errors.js';
import { ATTRIBUTE } from './item-layout.js';
import type { TableOptions } from '../../../dynamo/table-steps.js';
import { dropTable, ensureTable } from '../../../dynamo/tables.js';

/** As {@link assertKeys} writes them: attribute, kind of key, type. */
const KEYS = [`${ATTRIBUTE.partition} HASH S`, `${ATTRIBUTE.sort} RANGE S`];

/**
 * Makes the table of a {@link DynamoStore}: on demand, with expiry on. Resolves when it can be used; calling it again, or
 * from several processes, does no harm.
 * @returns whether it made the table; false: it was there
 * @throws {CacheUsageError} `CACHE_TABLE_INVALID` when a table with this name has other keys, or DynamoDB refuses it
 * @throws {CacheError} `CACHE_STORE_FAULT` when DynamoDB does not do it
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
  return withCacheErrors(ensureTable(client, spec, options));
}

/**
 * Drops the table. Resolves when it is gone.
 * @returns whether it dropped the table; false: there was none
 * @throws {CacheError} `CACHE_STORE_FAULT` when DynamoDB does not do it
 */
export function dropCacheTable(
  client: DynamoDBClient,
  table: string,
  options: TableOptions = {},
): Promise<boolean> {
  return withCacheErrors(dropTable(client, table, options));
}

async function withCacheErrors<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    throw error.kind === 'refused'
      ? new CacheUsageError('CACHE_TABLE_INVALID', error.message)
      : new CacheError('CACHE_STORE_FAULT', error.message);
  }
}

function assertKeys({ KeySchema = [], AttributeDefinitions = [] }: TableDescription): void {
  const types = new Map(AttributeDefinitions.map((it) => [it.AttributeName, it.AttributeType]));
  const keys = KeySchema.map(
    ({ AttributeName, KeyType }) => `${AttributeName} ${KeyType} ${types.get(AttributeName)}`,
  );
  if (keys.sort().join() !== KEYS.join()) {
    throw new CacheUsageError(
      'CACHE_TABLE_INVALID',
      `The table is there, but its keys are not those of a cache: they must be ${KEYS.join(', ')}; got ${keys.join(', ')}.`,
    );
  }
}
