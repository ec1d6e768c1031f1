import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ItemCache } from '../cache/item-cache.js';
import type { QueryCache } from '../cache/query-cache.js';
import type { WriteThrough } from '../cache/write-through.js';
import type { CborReader } from '../cbor/cbor-reader.js';
import type { AttributeLists } from '../protocol/attribute-lists.js';
import type { TableSchemas } from './table-schemas.js';

/** What an operation on one node works with. All but the two caches belong to the whole cluster. */
export interface NodeContext {
  readonly dynamodb: DynamoDBClient;
  readonly schemas: TableSchemas;
  readonly lists: AttributeLists;
  readonly writes: WriteThrough;
  readonly items: ItemCache;
  readonly queries: QueryCache;
}

/** What is known of the client. */
export interface ClientInfo {
  /** As sent in the handshake; empty when it sent none. */
  readonly userAgent: string;
  /** Aborted when its connection has ended: nobody waits for what would come later. */
  readonly signal: AbortSignal;
}

/** Carries out one request. Answers what follows the mark of success. */
export type Operation = (args: CborReader, node: NodeContext, client: ClientInfo) => Promise<Buffer>;
