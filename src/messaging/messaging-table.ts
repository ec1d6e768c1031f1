import type { DynamoConnection } from '../dynamo/dynamo-client.js';

/** Where messages are. */
export interface MessagingTable {
  readonly name: string;
  /** Undefined: there is no DynamoDB, and every request for messages is answered by 503. */
  readonly connection: DynamoConnection | undefined;
}
export const MessagingTable = Symbol('MessagingTable');
