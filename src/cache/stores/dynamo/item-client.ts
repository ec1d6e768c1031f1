import type {
  BatchGetCommandInput,
  BatchGetCommandOutput,
  BatchWriteCommandInput,
  BatchWriteCommandOutput,
  DeleteCommandInput,
  GetCommandInput,
  GetCommandOutput,
  PutCommandInput,
  QueryCommandInput,
  QueryCommandOutput,
} from '@aws-sdk/lib-dynamodb';
import type { ConsumedCapacity } from '@aws-sdk/client-dynamodb';

export type GetAnswer = Pick<GetCommandOutput, 'Item' | 'ConsumedCapacity'>;
export type BatchGetAnswer = Pick<
  BatchGetCommandOutput,
  'Responses' | 'UnprocessedKeys' | 'ConsumedCapacity'
>;
export type QueryAnswer = Pick<QueryCommandOutput, 'Items' | 'LastEvaluatedKey' | 'ConsumedCapacity'>;
export type BatchWriteAnswer = Pick<BatchWriteCommandOutput, 'UnprocessedItems' | 'ConsumedCapacity'>;

export interface WriteAnswer {
  /** The condition did not hold, and nothing was written. */
  readonly refused: boolean;
  readonly ConsumedCapacity?: ConsumedCapacity | undefined;
}

/**
 * Sends requests to DynamoDB or to something that speaks for it; what they say is built elsewhere. Requests and answers
 * have the form of the AWS SDK's document client: binary as `Uint8Array`, numbers as `number`.
 *
 * Every method throws a `CacheError` only: `CACHE_STORE_FAULT` for what may pass, `CACHE_ENTRY_TOO_LARGE` and
 * `CACHE_REQUEST_REFUSED` for a request that is refused as such. None quotes a key or a value.
 */
export interface ItemClient {
  get(request: GetCommandInput, signal: AbortSignal): Promise<GetAnswer>;
  batchGet(request: BatchGetCommandInput, signal: AbortSignal): Promise<BatchGetAnswer>;
  query(request: QueryCommandInput, signal: AbortSignal): Promise<QueryAnswer>;
  put(request: PutCommandInput, signal: AbortSignal): Promise<WriteAnswer>;
  delete(request: DeleteCommandInput, signal: AbortSignal): Promise<WriteAnswer>;
  batchWrite(request: BatchWriteCommandInput, signal: AbortSignal): Promise<BatchWriteAnswer>;
  /** Closes the connections. */
  close(): void;
}
