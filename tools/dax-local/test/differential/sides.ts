import { DaxDocument } from '@amazon-dax-sdk/lib-dax';
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactGetItemsCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { failureOf } from '../support/dax-client.js';
import { TABLE, type Operation, type OperationName } from './requests.js';

/** One way to do an operation: through DAX, or without it. */
export type Side = (operation: Operation) => Promise<object>;

const COMMANDS = {
  getItem: GetItemCommand,
  putItem: PutItemCommand,
  updateItem: UpdateItemCommand,
  deleteItem: DeleteItemCommand,
  batchGetItem: BatchGetItemCommand,
  batchWriteItem: BatchWriteItemCommand,
  query: QueryCommand,
  scan: ScanCommand,
  transactGetItems: TransactGetItemsCommand,
  transactWriteItems: TransactWriteItemsCommand,
} as const;

export function directSide(client: DynamoDBClient, table: string): Side {
  return ({ name, input }) => {
    const Command = COMMANDS[name] as unknown as typeof GetItemCommand;
    return client.send(new Command(forTable(input, table) as never));
  };
}

/** The methods of the client's base class take attribute values as they are; its types leave it out. */
export function daxSide(client: DaxDocument, table: string): Side {
  const methods = Object.getPrototypeOf(DaxDocument.prototype) as Record<
    OperationName,
    (this: DaxDocument, input: unknown) => Promise<object>
  >;
  return async ({ name, input }) => {
    const call = methods[name].call(client, forTable(input, table));
    return call.catch(async () => {
      throw await failureOf(call);
    });
  };
}

/** A deep copy with the table's name in it. Clients change what they are given. */
function forTable(part: unknown, table: string): unknown {
  if (part === TABLE) return table;
  if (ArrayBuffer.isView(part)) return Buffer.from(part as Uint8Array);
  if (Array.isArray(part)) return part.map((one) => forTable(one, table));
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([key, one]) => [key === TABLE ? table : key, forTable(one, table)]),
  );
}
