import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTimeToLiveCommand,
  UpdateTimeToLiveCommand,
  type CreateTableCommandInput,
  type DynamoDBClient,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { TableError } from './dynamo-errors.js';
import { protectTable, setDeletionProtection } from './table-protection.js';
import { describe, unless, until, type Send, type TableOptions } from './table-steps.js';

/** A table as it has to be. */
export interface TableSpec {
  readonly request: CreateTableCommandInput & { readonly TableName: string };
  /** Epoch seconds at which an item expires. */
  readonly ttlAttribute: string;
  /** Whether it is the only copy: point-in-time recovery and deletion protection, where the endpoint has them. */
  readonly isProtected: boolean;
  /** Throws when a table that is there is another one. */
  readonly check: (description: TableDescription) => void;
}

/**
 * Makes a table, and gives one that is there what it lacks of expiry and protection. Resolves when it can be used; calling
 * it again, or from several processes, does no harm.
 * @returns whether it made the table; false: it was there
 * @throws what `check` throws; {@link TableError}
 */
export async function ensureTable(
  client: DynamoDBClient,
  { request, ttlAttribute, isProtected, check }: TableSpec,
  options: TableOptions = {},
): Promise<boolean> {
  const { TableName } = request;
  let created = false;
  await until(options, async () => {
    const found = await describe(client, TableName, options.signal);
    if (found?.TableStatus === 'ACTIVE') {
      check(found);
      return true;
    }
    // Another process may be first.
    const create = (send: Send) => client.send(new CreateTableCommand(request), send);
    if (found === undefined && !(await unless(['ResourceInUseException'], options.signal, create))) {
      created = true;
    }
    return false;
  });
  await enableExpiry(client, TableName, ttlAttribute, options.signal);
  if (isProtected) await protectTable(client, TableName, options);
  return created;
}

/**
 * Drops a table, also one that is protected. Resolves when it is gone.
 * @returns whether it dropped the table; false: there was none
 * @throws {TableError}
 */
export async function dropTable(
  client: DynamoDBClient,
  TableName: string,
  options: TableOptions = {},
): Promise<boolean> {
  let dropped = false;
  await until(options, async () => {
    const found = await describe(client, TableName, options.signal);
    if (found === undefined) return true;
    if (found.TableStatus !== 'ACTIVE') return false;
    if (found.DeletionProtectionEnabled === true) {
      await setDeletionProtection(client, TableName, false, options);
    }
    // Another process may be first.
    const drop = (send: Send) => client.send(new DeleteTableCommand({ TableName }), send);
    if (!(await unless(['ResourceNotFoundException'], options.signal, drop))) dropped = true;
    return false;
  });
  return dropped;
}

/** DynamoDB refuses to enable what is enabled: that is asked first, and again when another process may have been first. */
async function enableExpiry(
  client: DynamoDBClient,
  TableName: string,
  AttributeName: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (await expires(client, TableName, signal)) return;
  const TimeToLiveSpecification = { AttributeName, Enabled: true };
  const command = new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification });
  const refused = await unless(['ValidationException'], signal, (send) => client.send(command, send));
  if (refused !== undefined && !(await expires(client, TableName, signal))) {
    throw new TableError('refused', 'The expiry of the table cannot be enabled.');
  }
}

async function expires(
  client: DynamoDBClient,
  TableName: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  let status: string | undefined;
  const command = new DescribeTimeToLiveCommand({ TableName });
  await unless([], signal, async (send) => {
    status = (await client.send(command, send)).TimeToLiveDescription?.TimeToLiveStatus;
  });
  return status === 'ENABLED' || status === 'ENABLING';
}
