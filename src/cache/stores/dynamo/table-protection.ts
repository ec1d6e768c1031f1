import {
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { describe, unless, until, type TableOptions } from './table-steps.js';

/** Gives a table deletion protection and, where the endpoint has it, point-in-time recovery: DynamoDB Local has not. */
export async function protectTable(
  client: DynamoDBClient,
  TableName: string,
  options: TableOptions,
): Promise<void> {
  await setDeletionProtection(client, TableName, true, options);
  const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true };
  const command = new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification });
  await until(options, async () => {
    const refused = await unless(
      ['UnknownOperationException', 'ContinuousBackupsUnavailableException'],
      options.signal,
      (send) => client.send(command, send),
    );
    // A table that was made in this moment cannot have backups yet.
    return refused !== 'ContinuousBackupsUnavailableException';
  });
}

/** Resolves when the table can be used again. */
export async function setDeletionProtection(
  client: DynamoDBClient,
  TableName: string,
  DeletionProtectionEnabled: boolean,
  options: TableOptions,
): Promise<void> {
  const command = new UpdateTableCommand({ TableName, DeletionProtectionEnabled });
  await until(options, async () => {
    const found = await describe(client, TableName, options.signal);
    if (found?.TableStatus !== 'ACTIVE') return found === undefined;
    if (found.DeletionProtectionEnabled === DeletionProtectionEnabled) return true;
    // Another process may be changing it.
    await unless(['ResourceInUseException'], options.signal, (send) => client.send(command, send));
    return false;
  });
}
