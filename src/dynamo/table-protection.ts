import {
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { describe, unless, until, type Send, type TableOptions } from './table-steps.js';

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

/**
 * Resolves when the table can be used again. An endpoint that takes the request, and has no such thing as deletion protection in
 * what it says of the table, gets a note: it would never say more.
 */
export async function setDeletionProtection(
  client: DynamoDBClient,
  TableName: string,
  DeletionProtectionEnabled: boolean,
  options: TableOptions,
): Promise<void> {
  const command = new UpdateTableCommand({ TableName, DeletionProtectionEnabled });
  let isAccepted = false;
  await until(options, async () => {
    const found = await describe(client, TableName, options.signal);
    if (found?.TableStatus !== 'ACTIVE') return found === undefined;
    if (found.DeletionProtectionEnabled === DeletionProtectionEnabled) return true;
    if (isAccepted && found.DeletionProtectionEnabled === undefined) {
      options.note?.(
        `Whether the table ${TableName} is protected from deletion, this DynamoDB does not say.`,
      );
      return true;
    }
    // Another process may be changing it.
    const change = (send: Send) => client.send(command, send);
    isAccepted = (await unless(['ResourceInUseException'], options.signal, change)) === undefined;
    return false;
  });
}
