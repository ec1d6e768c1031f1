import { setTimeout as pause } from 'node:timers/promises';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { OperatorError } from '../common/errors/operator-error.js';
import { INDEX_BY_RECENCY } from './items.js';

const DEADLINE_MS = 120_000;
const POLL_MS = 500;
const TTL_ATTRIBUTE = 'ttl';
const KEYS = 'PK HASH, SK RANGE; by-recency: PK HASH, recency RANGE; NEW_AND_OLD_IMAGES';

/**
 * Makes the messaging table: on demand, with streams, expiry and, where the endpoint has them, point-in-time recovery and
 * deletion protection. Resolves when it can be used; calling it again, or from several processes, does no harm.
 * @returns whether it made the table; false: it was there
 * @throws {OperatorError} when a table with this name has other keys, or DynamoDB does not do it in time
 */
export async function createMessagingTable(client: DynamoDBClient, table: string): Promise<boolean> {
  const created = await unless('ResourceInUseException', () =>
    client.send(new CreateTableCommand(tableRequest(table))),
  );
  const found = await settled(client, table, (description) => description?.TableStatus === 'ACTIVE');
  if (found === undefined || layoutOf(found) !== KEYS) {
    throw new OperatorError(`The table "${table}" is there, but it is none of messages.`);
  }
  await enableExpiry(client, table);
  if (created) await protect(client, table);
  return created;
}

/**
 * Drops the table with all messages. Resolves when it is gone.
 * @returns whether it dropped it; false: there was none
 */
export async function dropMessagingTable(client: DynamoDBClient, table: string): Promise<boolean> {
  const found = await describe(client, table);
  if (found === undefined) return false;
  if (found.DeletionProtectionEnabled === true) {
    await client.send(new UpdateTableCommand({ TableName: table, DeletionProtectionEnabled: false }));
    await settled(client, table, (description) => description?.TableStatus === 'ACTIVE');
  }
  const dropped = await unless('ResourceNotFoundException', () =>
    client.send(new DeleteTableCommand({ TableName: table })),
  );
  await settled(client, table, (description) => description === undefined);
  return dropped;
}

function tableRequest(table: string): CreateTableCommandInput {
  const string = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
  return {
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [string('PK'), string('SK'), string('recency')],
    KeySchema: [
      { AttributeName: 'PK', KeyType: 'HASH' },
      { AttributeName: 'SK', KeyType: 'RANGE' },
    ],
    // Local, since only these can be read consistently. Items without `recency` are not in it.
    LocalSecondaryIndexes: [
      {
        IndexName: INDEX_BY_RECENCY,
        KeySchema: [
          { AttributeName: 'PK', KeyType: 'HASH' },
          { AttributeName: 'recency', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  };
}

/** The parts of a table that requests rely on, to be compared with {@link KEYS}. */
function layoutOf({ KeySchema, LocalSecondaryIndexes, StreamSpecification }: TableDescription): string {
  const keys = (schema: TableDescription['KeySchema']) =>
    (schema ?? []).map(({ AttributeName, KeyType }) => `${AttributeName} ${KeyType}`).join(', ');
  const indexes = (LocalSecondaryIndexes ?? []).map(
    (index) => `${index.IndexName}: ${keys(index.KeySchema)}`,
  );
  return [keys(KeySchema), ...indexes, StreamSpecification?.StreamViewType ?? 'no stream'].join('; ');
}

async function enableExpiry(client: DynamoDBClient, table: string): Promise<void> {
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: table }));
  const status = TimeToLiveDescription?.TimeToLiveStatus;
  if (status === 'ENABLED' || status === 'ENABLING') return;
  const TimeToLiveSpecification = { AttributeName: TTL_ATTRIBUTE, Enabled: true };
  // Refused where another process was first.
  await unless('ValidationException', () =>
    client.send(new UpdateTimeToLiveCommand({ TableName: table, TimeToLiveSpecification })),
  );
}

/** DynamoDB Local has neither; a table of messages is the only copy, so AWS's gets both. */
async function protect(client: DynamoDBClient, table: string): Promise<void> {
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  const hasBackups = await unless('UnknownOperationException', () =>
    client.send(new UpdateContinuousBackupsCommand({ TableName: table, PointInTimeRecoverySpecification })),
  );
  if (!hasBackups) return;
  await client.send(new UpdateTableCommand({ TableName: table, DeletionProtectionEnabled: true }));
  await settled(client, table, (description) => description?.TableStatus === 'ACTIVE');
}

async function describe(client: DynamoDBClient, table: string): Promise<TableDescription | undefined> {
  let description: TableDescription | undefined;
  await unless('ResourceNotFoundException', async () => {
    description = (await client.send(new DescribeTableCommand({ TableName: table }))).Table;
  });
  return description;
}

async function settled(
  client: DynamoDBClient,
  table: string,
  isSettled: (description: TableDescription | undefined) => boolean,
): Promise<TableDescription | undefined> {
  const end = performance.now() + DEADLINE_MS;
  for (;;) {
    const description = await describe(client, table);
    if (isSettled(description)) return description;
    if (performance.now() > end) throw new OperatorError(`DynamoDB took too long with the table "${table}".`);
    await pause(POLL_MS);
  }
}

/** @returns false when DynamoDB answers with the error `expected` */
async function unless(expected: string, send: () => Promise<unknown>): Promise<boolean> {
  try {
    await send();
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === expected) return false;
    throw error;
  }
}
