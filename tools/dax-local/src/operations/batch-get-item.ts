import {
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  type KeysAndAttributes,
} from '@aws-sdk/client-dynamodb';
import type { CachedItem } from '../cache/item-cache.js';
import type { CborReader } from '../cbor/cbor-reader.js';
import { CborWriter } from '../cbor/cbor-writer.js';
import { encodeCapacity } from '../protocol/capacity.js';
import { readProjection, type Path } from '../protocol/expression-nodes.js';
import { ExpressionWriter } from '../protocol/expression-writer.js';
import { encodeValues } from '../protocol/items.js';
import { encodeKey } from '../protocol/keys.js';
import { readOptions } from '../protocol/options.js';
import { encodeProjected, isRefused } from '../protocol/projection.js';
import { wholeItem } from './get-item.js';
import type { NodeContext } from './node-context.js';
import { requestedKey, type RequestedKey } from './requested-key.js';

interface TableRead {
  readonly table: string;
  readonly isConsistent: boolean;
  readonly paths: readonly Path[] | undefined;
  readonly keys: readonly RequestedKey[];
  /** A projection that DynamoDB has to refuse, and so has to see. */
  readonly refusedPaths: readonly Path[] | undefined;
  /** DynamoDB has to see all of it, because it will refuse it or ought to. */
  readonly goesAsIs: boolean;
}

/** Values by cache key; keys that are missing from it were not processed. */
type Found = Map<string, CachedItem>;

/** Keys that the item cache has are not asked of DynamoDB, unless the read is to be strongly consistent. */
export async function batchGetItem(args: CborReader, node: NodeContext): Promise<Buffer> {
  const reads = await readTables(args, node);
  const { returnConsumedCapacity } = readOptions(args);
  const found: Found = new Map();
  const goesAsIs = reads.some((read) => read.goesAsIs);
  for (const read of reads)
    if (!read.isConsistent && !goesAsIs) for (const key of read.keys) takeCached(key, found, node);
  const wanted = reads.flatMap((read) => missing(read, found));
  let output: BatchGetItemCommandOutput | undefined;
  const fetchAll = async (): Promise<void> => {
    const request = Object.fromEntries(wanted.map((read) => [read.table, keysAndAttributes(read)]));
    output = await node.dynamodb.send(
      new BatchGetItemCommand({ RequestItems: request, ReturnConsumedCapacity: returnConsumedCapacity }),
    );
    for (const read of wanted) await collect(read, output, found, node);
  };
  if (wanted.length > 0 || reads.length === 0) await fillAll(wanted, found, fetchAll, node);
  return encodeReply(reads, found, output, node);
}

async function readTables(args: CborReader, node: NodeContext): Promise<TableRead[]> {
  const raw: { table: string; isConsistent: boolean; projection?: Buffer; keys: Buffer[] }[] = [];
  args.readMap(() => {
    const table = args.readText();
    args.readArrayHeader();
    const isConsistent = args.readBoolean();
    const projection = args.tryNull() ? undefined : args.readBytes();
    const keys = args.readArray(() => args.readBytes());
    raw.push({ table, isConsistent, keys, ...(projection && { projection }) });
  });
  return Promise.all(
    raw.map(async ({ table, isConsistent, projection, keys: encoded }) => {
      const schema = await node.schemas.get(table);
      const keys = encoded.map((bytes) => requestedKey(table, bytes, schema));
      const paths = projection && readProjection(projection);
      const hasDuplicates = new Set(keys.map(({ cacheKey }) => cacheKey)).size < keys.length;
      const refused = paths !== undefined && isRefused(paths, node.schemas.keyAttributes(table));
      const refusedPaths = refused ? paths : undefined;
      const goesAsIs = hasDuplicates || keys.length === 0 || refused;
      return { table, isConsistent, paths, keys, refusedPaths, goesAsIs };
    }),
  );
}

function takeCached(key: RequestedKey, found: Found, node: NodeContext): void {
  const cached = node.items.get(key.cacheKey);
  if (cached !== undefined) found.set(key.cacheKey, cached);
}

/** The part of a read that is not found yet. */
function missing(read: TableRead, found: Found): TableRead[] {
  const keys = read.keys.filter(({ cacheKey }) => !found.has(cacheKey));
  return keys.length > 0 || read.goesAsIs ? [{ ...read, keys }] : [];
}

/** Whole items, whatever the projection: they are cut here. */
function keysAndAttributes(read: TableRead): KeysAndAttributes {
  const writer = new ExpressionWriter();
  const refused = writer.projection(read.refusedPaths);
  return {
    Keys: read.keys.map(({ key }) => key),
    ConsistentRead: read.isConsistent,
    ...(refused !== undefined && { ProjectionExpression: refused, ...writer.placeholders() }),
  };
}

/** Items of the answer; keys that it neither has nor leaves unprocessed have no item. */
async function collect(
  read: TableRead,
  output: BatchGetItemCommandOutput,
  found: Found,
  node: NodeContext,
): Promise<void> {
  const { table, keys } = read;
  const schema = await node.schemas.get(table);
  const byKey = (item: Parameters<typeof encodeKey>[0]): string =>
    requestedKey(table, encodeKey(item, schema), schema).cacheKey;
  const unprocessed = new Set(output.UnprocessedKeys?.[table]?.Keys?.map(byKey));
  for (const { cacheKey } of keys) if (!unprocessed.has(cacheKey)) found.set(cacheKey, null);
  for (const item of output.Responses?.[table] ?? [])
    found.set(byKey(item), await encodeValues(item, schema, node.lists));
}

/** Runs `fetchAll` once, as the read of every key that is to be cached. */
async function fillAll(
  wanted: readonly TableRead[],
  found: Found,
  fetchAll: () => Promise<void>,
  node: NodeContext,
): Promise<void> {
  const fetched = Promise.withResolvers<void>();
  const fills = wanted
    .filter(({ isConsistent, goesAsIs }) => !isConsistent && !goesAsIs)
    .flatMap(({ keys }) => keys)
    .map(({ cacheKey }) =>
      node.items.fill(cacheKey, async () => {
        await fetched.promise;
        return found.get(cacheKey);
      }),
    );
  fetchAll().then(fetched.resolve, fetched.reject);
  await Promise.all([fetched.promise, ...fills]);
}

/** An array of two, and behind it, outside of it, the capacity: so it is, and so clients expect it. */
function encodeReply(
  reads: readonly TableRead[],
  found: Found,
  output: BatchGetItemCommandOutput | undefined,
  node: NodeContext,
): Buffer {
  const writer = new CborWriter().array(2).map(reads.length);
  for (const read of reads) {
    const items = read.keys.flatMap((key) => {
      const values = found.get(key.cacheKey);
      return values ? [{ key, values }] : [];
    });
    writer.text(read.table).array(read.paths ? items.length : items.length * 2);
    for (const { key, values } of items) {
      if (read.paths) writer.raw(encodeProjected(wholeItem(values, key, node), read.paths));
      else writer.bytes(encodeKey(key.key, key.schema)).bytes(values);
    }
  }
  const left = reads
    .map(({ table, keys }) => ({ table, keys: keys.filter(({ cacheKey }) => !found.has(cacheKey)) }))
    .filter(({ keys }) => keys.length > 0);
  writer.map(left.length);
  for (const { table, keys } of left) {
    writer.text(table).array(keys.length);
    for (const { key, schema } of keys) writer.bytes(encodeKey(key, schema));
  }
  const capacities = output?.ConsumedCapacity ?? [];
  writer.array(capacities.length);
  for (const capacity of capacities) writer.bytes(encodeCapacity(capacity));
  return writer.finish();
}
