import type { MethodName } from '../protocol/methods.js';
import { batchGetItem } from './batch-get-item.js';
import { batchWriteItem } from './batch-write-item.js';
import { defineAttributeList, defineAttributeListId, defineKeySchema } from './definitions.js';
import { getItem } from './get-item.js';
import type { Operation } from './node-context.js';
import { query, scan } from './query.js';
import { transactGetItems } from './transact-get-items.js';
import { transactWriteItems } from './transact-write-items.js';
import { deleteItem, putItem, updateItem } from './write-item.js';

/** What a node does with each method; the two that are about connections and the cluster are the server's. */
export const OPERATIONS: Readonly<
  Record<Exclude<MethodName, 'authorizeConnection' | 'endpoints'>, Operation>
> = {
  defineKeySchema,
  defineAttributeListId,
  defineAttributeList,
  getItem,
  putItem,
  updateItem,
  deleteItem,
  query,
  scan,
  batchGetItem,
  batchWriteItem,
  transactGetItems,
  transactWriteItems,
};
