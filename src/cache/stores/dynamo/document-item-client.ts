import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import { createDynamoClient, type DynamoConnection } from './dynamo-connection.js';
import { isConditionFailure, toCacheError } from './dynamo-errors.js';
import type { ItemClient, WriteAnswer } from './item-client.js';

const REFUSED: WriteAnswer = { refused: true };

/** {@link ItemClient} over the AWS SDK, with connections of its own. */
export function createItemClient(connection: DynamoConnection): ItemClient {
  const client = createDynamoClient(connection);
  const documents = DynamoDBDocumentClient.from(client, {
    // The default throws for a number that JavaScript cannot hold; ours are checked when an item is read.
    unmarshallOptions: { wrapNumbers: Number },
  });
  return {
    get: (request, abortSignal) => sent(documents.send(new GetCommand(request), { abortSignal })),
    batchGet: (request, abortSignal) => sent(documents.send(new BatchGetCommand(request), { abortSignal })),
    query: (request, abortSignal) => sent(documents.send(new QueryCommand(request), { abortSignal })),
    batchWrite: (request, abortSignal) =>
      sent(documents.send(new BatchWriteCommand(request), { abortSignal })),
    put: (request, abortSignal) => written(documents.send(new PutCommand(request), { abortSignal })),
    delete: (request, abortSignal) => written(documents.send(new DeleteCommand(request), { abortSignal })),
    close: () => client.destroy(),
  };
}

async function sent<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw toCacheError(error);
  }
}

async function written(answer: Promise<Omit<WriteAnswer, 'refused'>>): Promise<WriteAnswer> {
  try {
    const { ConsumedCapacity } = await answer;
    return { refused: false, ConsumedCapacity };
  } catch (error) {
    if (isConditionFailure(error)) return REFUSED;
    throw toCacheError(error);
  }
}
