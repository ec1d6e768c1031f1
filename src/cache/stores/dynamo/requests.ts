import type {
  BatchGetCommandInput,
  BatchWriteCommandInput,
  DeleteCommandInput,
  GetCommandInput,
  PutCommandInput,
  QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { EntryKey } from '../../keys/entry-key.js';
import { ATTRIBUTE, leaseKey, ttlSeconds, type Item, type RowKey } from './item-layout.js';

// `ttl` is a reserved word, as others may become: no expression names an attribute directly.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html

const COUNTED = { ReturnConsumedCapacity: 'TOTAL' } as const;

export function getRequest(table: string, key: RowKey, consistent: boolean): GetCommandInput {
  return { TableName: table, Key: keyOf(key), ConsistentRead: consistent, ...COUNTED };
}

/** @param keys at most 100, none twice */
export function batchGetRequest(
  table: string,
  keys: readonly RowKey[],
  consistent: boolean,
): BatchGetCommandInput {
  return { RequestItems: { [table]: { Keys: keys.map(keyOf), ConsistentRead: consistent } }, ...COUNTED };
}

export function putRequest(table: string, item: Item): PutCommandInput {
  return { TableName: table, Item: item, ...COUNTED };
}

/** @param items at most 25, no key twice */
export function batchWriteRequest(table: string, items: readonly Item[]): BatchWriteCommandInput {
  return { RequestItems: { [table]: items.map((Item) => ({ PutRequest: { Item } })) }, ...COUNTED };
}

/**
 * A page of the heads of a partition, without their payload. Rows of other kinds are filtered out before they are sent;
 * they are paid for all the same.
 */
export function headsRequest(
  table: string,
  partition: string,
  startKey: Item | undefined,
): QueryCommandInput {
  return {
    TableName: table,
    ConsistentRead: true,
    KeyConditionExpression: '#partition = :partition',
    FilterExpression: 'attribute_exists(#createdAt)',
    ProjectionExpression: '#partition, #sort, #createdAt, #expiresAt',
    ExpressionAttributeNames: {
      '#partition': ATTRIBUTE.partition,
      '#sort': ATTRIBUTE.sort,
      '#createdAt': ATTRIBUTE.createdAt,
      '#expiresAt': ATTRIBUTE.expiresAt,
    },
    ExpressionAttributeValues: { ':partition': partition },
    ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
    ...COUNTED,
  };
}

/**
 * Takes a lease that is free, ran out, is `owner`'s already (an attempt whose answer was lost), or is damaged, so that it
 * would never run out. Its times are those of several hosts: clocks that differ make a lease shorter or longer, and cost
 * a second load or a wait, never a wrong answer.
 */
export function leaseRequest(
  table: string,
  key: EntryKey,
  { owner, nowMs, ttlMs }: { readonly owner: string; readonly nowMs: number; readonly ttlMs: number },
): PutCommandInput {
  const expiresAtMs = nowMs + ttlMs;
  return {
    TableName: table,
    Item: {
      ...leaseKey(key),
      [ATTRIBUTE.owner]: owner,
      [ATTRIBUTE.expiresAt]: expiresAtMs,
      [ATTRIBUTE.ttl]: ttlSeconds(expiresAtMs),
    },
    ConditionExpression:
      'attribute_not_exists(#expiresAt) OR NOT attribute_type(#expiresAt, :number) ' +
      'OR #expiresAt <= :now OR #owner = :owner',
    ExpressionAttributeNames: { '#expiresAt': ATTRIBUTE.expiresAt, '#owner': ATTRIBUTE.owner },
    ExpressionAttributeValues: { ':number': 'N', ':now': nowMs, ':owner': owner },
    ...COUNTED,
  };
}

export function releaseRequest(table: string, key: EntryKey, owner: string): DeleteCommandInput {
  return {
    TableName: table,
    Key: keyOf(leaseKey(key)),
    ConditionExpression: '#owner = :owner',
    ExpressionAttributeNames: { '#owner': ATTRIBUTE.owner },
    ExpressionAttributeValues: { ':owner': owner },
    ...COUNTED,
  };
}

function keyOf({ pk, sk }: RowKey): Item {
  return { [ATTRIBUTE.partition]: pk, [ATTRIBUTE.sort]: sk };
}
