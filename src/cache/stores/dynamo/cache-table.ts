import { setTimeout as delay } from 'node:timers/promises';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  UpdateTimeToLiveCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { CacheError, CacheUsageError } from '../../errors.js';
import { nameOf, toCacheError } from './dynamo-errors.js';
import { ATTRIBUTE } from './item-layout.js';

export interface TableOptions {
  readonly signal?: AbortSignal;
  /** How long to wait for DynamoDB to make or drop the table; default 2 minutes. */
  readonly deadlineMs?: number;
}

const DEADLINE_MS = 120_000;
const POLL_MS = 500;

/**
 * Makes the table of a {@link DynamoStore}: on demand, with expiry on. Resolves when it can be used; calling it again, or
 * from several processes, does no harm.
 * @returns whether it made the table; false: it was there
 * @throws {CacheUsageError} when a table with this name has other keys
 */
export async function createCacheTable(
  client: DynamoDBClient,
  table: string,
  options: TableOptions = {},
): Promise<boolean> {
  let created = false;
  await until(options, async () => {
    const found = await describe(client, table, options.signal);
    if (found?.TableStatus === 'ACTIVE') {
      assertKeys(found);
      return true;
    }
    if (found === undefined) created = (await create(client, table, options.signal)) || created;
    return false;
  });
  await enableExpiry(client, table, options.signal);
  return created;
}

/**
 * Drops the table. Resolves when it is gone.
 * @returns whether it dropped the table; false: there was none
 */
export async function dropCacheTable(
  client: DynamoDBClient,
  table: string,
  options: TableOptions = {},
): Promise<boolean> {
  let dropped = false;
  await until(options, async () => {
    const found = await describe(client, table, options.signal);
    if (found === undefined) return true;
    if (found.TableStatus === 'ACTIVE') dropped = (await drop(client, table, options.signal)) || dropped;
    return false;
  });
  return dropped;
}

function tableRequest(table: string): CreateTableCommandInput {
  return {
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: ATTRIBUTE.partition, AttributeType: 'S' },
      { AttributeName: ATTRIBUTE.sort, AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: ATTRIBUTE.partition, KeyType: 'HASH' },
      { AttributeName: ATTRIBUTE.sort, KeyType: 'RANGE' },
    ],
  };
}

/** @returns false when another process was first */
function create(client: DynamoDBClient, table: string, signal?: AbortSignal): Promise<boolean> {
  return unless('ResourceInUseException', signal, (send) =>
    client.send(new CreateTableCommand(tableRequest(table)), send),
  );
}

/** @returns false when another process was first */
function drop(client: DynamoDBClient, table: string, signal?: AbortSignal): Promise<boolean> {
  return unless('ResourceNotFoundException', signal, (send) =>
    client.send(new DeleteTableCommand({ TableName: table }), send),
  );
}

async function describe(
  client: DynamoDBClient,
  table: string,
  signal?: AbortSignal,
): Promise<TableDescription | undefined> {
  let description: TableDescription | undefined;
  await unless('ResourceNotFoundException', signal, async (send) => {
    description = (await client.send(new DescribeTableCommand({ TableName: table }), send)).Table;
  });
  return description;
}

/** DynamoDB refuses to enable what is enabled: that is asked first, and again when another process may have been first. */
async function enableExpiry(client: DynamoDBClient, table: string, signal?: AbortSignal): Promise<void> {
  if (await expires(client, table, signal)) return;
  const TimeToLiveSpecification = { AttributeName: ATTRIBUTE.ttl, Enabled: true };
  const command = new UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification });
  const enabled = await unless('ValidationException', signal, (send) => client.send(command, send));
  if (!enabled && !(await expires(client, table, signal))) {
    throw new CacheUsageError('CACHE_OPTIONS_INVALID', 'The expiry of the cache table cannot be enabled.');
  }
}

async function expires(client: DynamoDBClient, table: string, signal?: AbortSignal): Promise<boolean> {
  let status: string | undefined;
  const command = new DescribeTimeToLiveCommand({ TableName: table });
  await unless(undefined, signal, async (send) => {
    status = (await client.send(command, send)).TimeToLiveDescription?.TimeToLiveStatus;
  });
  return status === 'ENABLED' || status === 'ENABLING';
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

/** @returns false when DynamoDB answers with the error `expected` */
async function unless(
  expected: string | undefined,
  signal: AbortSignal | undefined,
  send: (options: { readonly abortSignal?: AbortSignal }) => Promise<unknown>,
): Promise<boolean> {
  try {
    await send(signal === undefined ? {} : { abortSignal: signal });
    return true;
  } catch (error) {
    signal?.throwIfAborted();
    if (nameOf(error) === expected) return false;
    throw toCacheError(error);
  }
}

async function until(
  { signal, deadlineMs = DEADLINE_MS }: TableOptions,
  isDone: () => Promise<boolean>,
): Promise<void> {
  const end = performance.now() + deadlineMs;
  for (let pauseMs = 0; !(await isDone()); pauseMs = POLL_MS) {
    if (performance.now() > end)
      throw new CacheError('CACHE_STORE_FAULT', 'DynamoDB took too long with the table.');
    // The first look after a change comes at once: DynamoDB Local is ready by then.
    await delay(pauseMs, undefined, signal === undefined ? {} : { signal });
  }
}
