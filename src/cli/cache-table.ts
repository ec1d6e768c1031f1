import type { Readable } from 'node:stream';
import { dynamoConnection } from '../dynamo/dynamo-connection.js';
import { CacheError, createCacheTable, dropCacheTable } from '../cache/index.js';
import { createDynamoClient } from '../dynamo/dynamo-client.js';
import { OperatorError } from '../common/errors/operator-error.js';
import type { DynamoCliContext } from './context.js';
import { isTyped } from './db-confirm.js';

export interface DropFlags {
  readonly yesReally?: boolean;
}

/** Makes the cache table, unless it is there. */
export async function createTable(context: DynamoCliContext): Promise<void> {
  const name = context.config.cache.table;
  const created = await onTable(context, createCacheTable);
  context.out(created ? `Made the table "${name}".` : `The table "${name}" was there already.`);
}

/** Drops the cache table after its name was typed on `input`. */
export async function dropTable(
  context: DynamoCliContext,
  { yesReally }: DropFlags,
  input: Readable,
): Promise<void> {
  const name = context.config.cache.table;
  if (context.config.isProduction && yesReally !== true) {
    throw new OperatorError('"careline cache drop-table" is refused in production without --yes-really.');
  }
  context.out(`This drops the table "${name}". Requests go on without it. Type its name to go on:`);
  if (!(await isTyped(name, input))) throw new OperatorError('That is not its name: nothing was changed.');
  const dropped = await onTable(context, dropCacheTable);
  context.out(dropped ? `Dropped the table "${name}".` : `There was no table "${name}".`);
}

async function onTable(context: DynamoCliContext, work: typeof createCacheTable): Promise<boolean> {
  const { awsRegion, cache } = context.config;
  const dynamodbEndpoint = await context.dynamodbEndpoint();
  const client = createDynamoClient(dynamoConnection({ awsRegion, dynamodbEndpoint }));
  try {
    return await work(client, cache.table);
  } catch (error) {
    if (!(error instanceof CacheError)) throw error;
    throw new OperatorError(`DynamoDB does not do it: ${error.message}`, { cause: error });
  } finally {
    client.destroy();
  }
}
