import type { DynamoDBClient, TableDescription } from '@aws-sdk/client-dynamodb';
import { OperatorError } from '../../common/errors/operator-error.js';
import { TableError } from '../../dynamo/dynamo-errors.js';
import { dropTable, ensureTable } from '../../dynamo/tables.js';
import { INDEX_BY_RECENCY } from './keys.js';

const TTL_ATTRIBUTE = 'ttl';
const KEYS = 'PK HASH, SK RANGE; by-recency: PK HASH, recency RANGE; NEW_AND_OLD_IMAGES';

/**
 * Makes the messaging table: on demand, with streams, expiry, deletion protection and, where the endpoint has it,
 * point-in-time recovery. One that is there gets what it lacks of the last three. Resolves when it can be used; calling it
 * again, or from several processes, does no harm.
 * @param note is told what the endpoint does not do
 * @returns whether it made the table; false: it was there
 * @throws {OperatorError} when a table with this name has other keys, or DynamoDB does not do it
 */
export function createMessagingTable(
  client: DynamoDBClient,
  table: string,
  note?: (line: string) => void,
): Promise<boolean> {
  const check = (description: TableDescription): void => {
    if (layoutOf(description) === KEYS) return;
    throw new OperatorError(`The table "${table}" is there, but it is none of messages.`);
  };
  const spec = { request: tableRequest(table), ttlAttribute: TTL_ATTRIBUTE, isProtected: true, check };
  return forOperators(ensureTable(client, spec, note === undefined ? {} : { note }));
}

/**
 * Drops the table with all messages. Resolves when it is gone.
 * @returns whether it dropped it; false: there was none
 * @throws {OperatorError} when DynamoDB does not do it
 */
export function dropMessagingTable(client: DynamoDBClient, table: string): Promise<boolean> {
  return forOperators(dropTable(client, table));
}

async function forOperators(work: Promise<boolean>): Promise<boolean> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof TableError)) throw error;
    throw new OperatorError(`DynamoDB does not do it: ${error.message}`, { cause: error });
  }
}

function tableRequest(table: string) {
  const string = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
  return {
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST' as const,
    AttributeDefinitions: [string('PK'), string('SK'), string('recency')],
    KeySchema: [
      { AttributeName: 'PK', KeyType: 'HASH' as const },
      { AttributeName: 'SK', KeyType: 'RANGE' as const },
    ],
    // Local, since only these can be read consistently. Items without `recency` are not in it.
    LocalSecondaryIndexes: [
      {
        IndexName: INDEX_BY_RECENCY,
        KeySchema: [
          { AttributeName: 'PK', KeyType: 'HASH' as const },
          { AttributeName: 'recency', KeyType: 'RANGE' as const },
        ],
        Projection: { ProjectionType: 'ALL' as const },
      },
    ],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' as const },
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
