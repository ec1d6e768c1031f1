import {
  BatchWriteItemCommand,
  type BatchWriteItemCommandOutput,
  type ConsumedCapacity,
  type ItemCollectionMetrics,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { setTimeout as delay } from 'node:timers/promises';
import type { Effect } from '../cache/item-cache.js';
import type { CborReader } from '../cbor/cbor-reader.js';
import { CborWriter } from '../cbor/cbor-writer.js';
import type { Item } from '../protocol/attribute-value.js';
import { encodeCapacity, encodeCollectionMetrics } from '../protocol/capacity.js';
import { isRefusal } from '../protocol/errors.js';
import { decodeValues, encodeValues } from '../protocol/items.js';
import { encodeKey } from '../protocol/keys.js';
import { readOptions, type Options } from '../protocol/options.js';
import type { ClientInfo, NodeContext } from './node-context.js';
import { requestedKey, type RequestedKey } from './requested-key.js';

const MAX_ATTEMPTS = 5;
const BACKOFF_MS = 50;

/** One put (with its item) or delete. */
interface Write {
  readonly key: RequestedKey;
  readonly item: Item | undefined;
}

interface Outcome {
  readonly unprocessed: readonly Write[];
  readonly capacities: readonly ConsumedCapacity[];
  readonly metrics: readonly (readonly [table: string, ItemCollectionMetrics[]])[];
}

/** Puts that DynamoDB leaves unprocessed are tried again here: AWS's client for JavaScript cannot take them back. */
export async function batchWriteItem(
  args: CborReader,
  node: NodeContext,
  client: ClientInfo,
): Promise<Buffer> {
  const writes = await readWrites(args, node);
  const options = readOptions(args);
  const keys = writes.map(({ key }) => key.cacheKey);
  const outcome = await node.writes.run(node.items, keys, async () => {
    const result = await send(writes, options, node, client);
    const effects = new Map<string, Effect>();
    for (const { key, item } of writes)
      effects.set(key.cacheKey, item ? await encodeValues(item, key.schema, node.lists) : null);
    for (const { key } of result.unprocessed) effects.delete(key.cacheKey);
    return { result, effects };
  });
  return encodeReply(outcome, node);
}

async function readWrites(args: CborReader, node: NodeContext): Promise<Write[]> {
  const raw: { table: string; bytes: Buffer; values: Buffer | undefined }[] = [];
  args.readMap(() => {
    const table = args.readText();
    let bytes: Buffer | undefined;
    args.readArray(() => {
      if (bytes === undefined) bytes = args.readBytes();
      else {
        raw.push({ table, bytes, values: args.tryNull() ? undefined : args.readBytes() });
        bytes = undefined;
      }
    });
  });
  return Promise.all(
    raw.map(async ({ table, bytes, values }) => {
      const key = requestedKey(table, bytes, await node.schemas.get(table));
      return { key, item: values && { ...decodeValues(values, node.lists), ...key.key } };
    }),
  );
}

async function send(
  writes: readonly Write[],
  options: Options,
  node: NodeContext,
  { signal }: ClientInfo,
): Promise<Outcome> {
  const capacities: ConsumedCapacity[] = [];
  const metrics: [string, ItemCollectionMetrics[]][] = [];
  let unprocessed = writes;
  for (let attempt = 1; ; attempt++) {
    try {
      const output = await node.dynamodb.send(batchWrite(unprocessed, options));
      capacities.push(...(output.ConsumedCapacity ?? []));
      metrics.push(...Object.entries(output.ItemCollectionMetrics ?? {}));
      unprocessed = stillOpen(unprocessed, output);
    } catch (error) {
      // The first attempt did a part: that has to be told.
      if (attempt === 1 || !isRefusal(error)) throw error;
    }
    if (unprocessed.length === 0 || attempt === MAX_ATTEMPTS) return { unprocessed, capacities, metrics };
    await delay(Math.random() * BACKOFF_MS * 2 ** attempt, undefined, { signal });
  }
}

function batchWrite(writes: readonly Write[], options: Options): BatchWriteItemCommand {
  return new BatchWriteItemCommand({
    RequestItems: requestItems(writes),
    ReturnConsumedCapacity: options.returnConsumedCapacity,
    ReturnItemCollectionMetrics: options.returnItemCollectionMetrics,
  });
}

function requestItems(writes: readonly Write[]): Record<string, WriteRequest[]> {
  const requests: Record<string, WriteRequest[]> = {};
  for (const { key, item } of writes) {
    const request = item ? { PutRequest: { Item: item } } : { DeleteRequest: { Key: key.key } };
    (requests[key.table] ??= []).push(request);
  }
  return requests;
}

function stillOpen(writes: readonly Write[], output: BatchWriteItemCommandOutput): Write[] {
  return writes.filter(({ key }) =>
    output.UnprocessedItems?.[key.table]?.some(({ PutRequest, DeleteRequest }) => {
      const item = PutRequest?.Item ?? DeleteRequest?.Key ?? {};
      return encodeKey(item, key.schema).equals(encodeKey(key.key, key.schema));
    }),
  );
}

/** Three values, without an array around them. */
async function encodeReply(outcome: Outcome, node: NodeContext): Promise<Buffer> {
  const { unprocessed, capacities, metrics } = outcome;
  const byTable = Map.groupBy(unprocessed, ({ key }) => key.table);
  const writer = new CborWriter().map(byTable.size);
  for (const [table, writes] of byTable) {
    writer.text(table).array(writes.length * 2);
    for (const { key, item } of writes) {
      writer.bytes(encodeKey(key.key, key.schema));
      if (item === undefined) writer.null();
      else writer.bytes(await encodeValues(item, key.schema, node.lists));
    }
  }
  writer.array(capacities.length);
  for (const capacity of capacities) writer.bytes(encodeCapacity(capacity));
  const metricsByTable = Map.groupBy(metrics, ([table]) => table);
  writer.map(metricsByTable.size);
  for (const [table, groups] of metricsByTable) {
    const all = groups.flatMap(([, one]) => one);
    const schema = await node.schemas.get(table);
    writer.text(table).array(all.length);
    for (const one of all) writer.bytes(encodeCollectionMetrics(one, schema));
  }
  return writer.finish();
}
