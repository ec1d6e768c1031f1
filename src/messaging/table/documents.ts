import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { createDynamoClient, type DynamoConnection } from '../../dynamo/dynamo-client.js';
import { MessagesUnavailableError, toMessagingError } from './dynamo-faults.js';
import type { ItemKey } from './keys.js';

/** Where messages are. */
export interface MessagingTable {
  readonly name: string;
  /** Undefined: there is no DynamoDB, and every request for messages is answered by 503. */
  readonly connection: DynamoConnection | undefined;
}
export const MessagingTable = Symbol('MessagingTable');

/** Requests to the messaging table, with connections of their own. */
@Injectable()
export class MessagingDocuments implements OnApplicationShutdown {
  readonly table: string;
  private readonly client: DynamoDBDocumentClient | undefined;

  constructor(@Inject(MessagingTable) { name, connection }: MessagingTable) {
    this.table = name;
    this.client =
      connection === undefined
        ? undefined
        : DynamoDBDocumentClient.from(createDynamoClient(connection), {
            marshallOptions: { removeUndefinedValues: true },
          });
  }

  /** The item with this key, read consistently; undefined: there is none. It throws as {@link ask} does. */
  async get(Key: ItemKey, signal?: AbortSignal): Promise<unknown> {
    const command = new GetCommand({ TableName: this.table, Key, ConsistentRead: true });
    const { Item } = await this.ask((client) => client.send(command, signal && { abortSignal: signal }));
    return Item;
  }

  /**
   * What `request` answers.
   * @throws {AppError} `MESSAGES_UNAVAILABLE` when DynamoDB is not there or does not answer
   */
  async ask<Answer>(request: (client: DynamoDBDocumentClient) => Promise<Answer>): Promise<Answer> {
    try {
      return await this.attempt(request);
    } catch (error) {
      throw toMessagingError(error);
    }
  }

  /** {@link ask} for who tells the errors of the SDK apart: they come as they are. */
  async attempt<Answer>(request: (client: DynamoDBDocumentClient) => Promise<Answer>): Promise<Answer> {
    if (this.client === undefined) throw new MessagesUnavailableError({ isOutage: true });
    return request(this.client);
  }

  /** After the HTTP server has finished its requests. */
  onApplicationShutdown(): void {
    this.client?.destroy();
  }
}
