import type { CborReader } from '../cbor/cbor-reader.js';
import type { Item } from '../protocol/attribute-value.js';
import { decodeKey, encodeKey, type KeySchema } from '../protocol/keys.js';
import type { NodeContext } from './node-context.js';

/** One item that a request names. */
export interface RequestedKey {
  readonly table: string;
  readonly schema: KeySchema;
  readonly key: Item;
  /** Of the item in the caches and locks: equal for equal keys, different for others. */
  readonly cacheKey: string;
}

/** Table and key, as most item operations begin. @throws {CborError} or what DynamoDB says of the table */
export async function readRequestedKey(args: CborReader, node: NodeContext): Promise<RequestedKey> {
  const table = args.readBytes().toString('utf8');
  const bytes = args.readBytes();
  return requestedKey(table, bytes, await node.schemas.get(table));
}

export function requestedKey(table: string, bytes: Buffer, schema: KeySchema): RequestedKey {
  const key = decodeKey(bytes, schema);
  return { table, schema, key, cacheKey: cacheKeyOf(table, key, schema) };
}

/** Encoded anew, because clients may write one number in several ways. */
function cacheKeyOf(table: string, key: Item, schema: KeySchema): string {
  return `${table}\0${encodeKey(key, schema).toString('latin1')}`;
}
