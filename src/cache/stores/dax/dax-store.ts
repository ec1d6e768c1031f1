import { createItemClient } from '../dynamo/document-item-client.js';
import type { DynamoConnection } from '../../../dynamo/dynamo-client.js';
import { DynamoStore, type DynamoStoreOptions } from '../dynamo/dynamo-store.js';
import { createDaxItemClient, type DaxConnection } from './dax-item-client.js';

export interface DaxStoreOptions extends Omit<DynamoStoreOptions, 'items' | 'pastCache'> {
  readonly dax: DaxConnection;
  /** The DynamoDB behind the cluster. */
  readonly dynamo: DynamoConnection;
}

/**
 * Entries in a DynamoDB table, read and written through DAX. Entries are immutable, so DAX's late replicas and cached
 * absences can cost a load, and never show an old value. What must not be answered by a cache (leases, those who wait for
 * one, the newest entry) goes to DynamoDB itself.
 */
export class DaxStore extends DynamoStore {
  constructor({ dax, dynamo, ...options }: DaxStoreOptions) {
    super({ ...options, items: createDaxItemClient(dax), pastCache: createItemClient(dynamo) });
  }
}
