import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import { orCacheError, orRefused } from './or-cache-error.js';
import { createDynamoClient, type DynamoConnection } from '../../../dynamo/dynamo-client.js';
import type { ItemClient } from './item-client.js';

/** {@link ItemClient} over the AWS SDK, with connections of its own. */
export function createItemClient(connection: DynamoConnection): ItemClient {
  const client = createDynamoClient(connection);
  const documents = DynamoDBDocumentClient.from(client, {
    // The default throws for a number that JavaScript cannot hold; ours are checked when an item is read.
    unmarshallOptions: { wrapNumbers: Number },
  });
  return {
    get: (request, abortSignal) => orCacheError(documents.send(new GetCommand(request), { abortSignal })),
    batchGet: (request, abortSignal) =>
      orCacheError(documents.send(new BatchGetCommand(request), { abortSignal })),
    query: (request, abortSignal) => orCacheError(documents.send(new QueryCommand(request), { abortSignal })),
    batchWrite: (request, abortSignal) =>
      orCacheError(documents.send(new BatchWriteCommand(request), { abortSignal })),
    put: (request, abortSignal) => orRefused(documents.send(new PutCommand(request), { abortSignal })),
    delete: (request, abortSignal) => orRefused(documents.send(new DeleteCommand(request), { abortSignal })),
    close: () => client.destroy(),
  };
}
