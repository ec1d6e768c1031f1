import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import {
  ExecuteStatementCommand,
  ScanCommand,
  type ExecuteStatementCommandOutput,
} from '@aws-sdk/lib-dynamodb';
import { OperatorError } from '../../common/errors/operator-error.js';
import type { MessagingDocuments } from './documents.js';
import { toMessagingError } from './dynamo-faults.js';
import type { Item } from './items.js';

/** The table as DynamoDB has it, for operators. */
export class RawTable {
  constructor(private readonly documents: MessagingDocuments) {}

  /** At most `limit` items, in no order. */
  async scan(limit: number): Promise<Item[]> {
    const items: Item[] = [];
    let ExclusiveStartKey: Record<string, unknown> | undefined;
    do {
      const answer = await this.documents.ask((client) =>
        client.send(
          new ScanCommand({
            TableName: this.documents.table,
            Limit: limit - items.length,
            ExclusiveStartKey,
          }),
        ),
      );
      items.push(...(answer.Items ?? []));
      ExclusiveStartKey = answer.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined && items.length < limit);
    return items;
  }

  /** Names of all tables. */
  async tables(): Promise<string[]> {
    const names: string[] = [];
    let ExclusiveStartTableName: string | undefined;
    do {
      const answer = await this.documents.ask((client) =>
        client.send(new ListTablesCommand({ ExclusiveStartTableName })),
      );
      names.push(...(answer.TableNames ?? []));
      ExclusiveStartTableName = answer.LastEvaluatedTableName;
    } while (ExclusiveStartTableName !== undefined);
    return names;
  }

  /**
   * At most `limit` items that a statement of PartiQL gives.
   * @throws {OperatorError} when DynamoDB refuses it
   */
  async execute(Statement: string, limit: number): Promise<Item[]> {
    const items: Item[] = [];
    let NextToken: string | undefined;
    do {
      const answer: ExecuteStatementCommandOutput = await this.documents
        .attempt((client) => client.send(new ExecuteStatementCommand({ Statement, NextToken })))
        .catch((error: unknown) => {
          if (error instanceof Error && error.name === 'ValidationException')
            throw new OperatorError(`DynamoDB refuses the statement: ${error.message}`, { cause: error });
          throw toMessagingError(error);
        });
      items.push(...(answer.Items ?? []));
      NextToken = answer.NextToken;
    } while (NextToken !== undefined && items.length < limit);
    return items.slice(0, limit);
  }
}
