import {
  TransactWriteItemsCommand,
  type TransactWriteItem,
  type TransactWriteItemsCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { Effect } from '../cache/item-cache.js';
import { CborError } from '../cbor/cbor-error.js';
import type { CborReader } from '../cbor/cbor-reader.js';
import { CborWriter } from '../cbor/cbor-writer.js';
import type { Item } from '../protocol/attribute-value.js';
import { encodeCollectionMetrics, writeTransactionCapacity } from '../protocol/capacity.js';
import { cancellationReasons, DaxFailure, failureOf } from '../protocol/errors.js';
import { ExpressionWriter } from '../protocol/expression-writer.js';
import { decodeValues, encodeValues } from '../protocol/items.js';
import { readOptions, type Options } from '../protocol/options.js';
import type { NodeContext } from './node-context.js';
import { requestedKey, type RequestedKey } from './requested-key.js';

const KIND = { put: 2, delete: 7, update: 9, check: 12 } as const;
const RETURN_ALL_OLD = 2;

interface TransactWrite extends RequestedKey {
  readonly kind: number;
  readonly item: Item | undefined;
  readonly returnsOld: boolean;
  readonly condition: Buffer | undefined;
  readonly update: Buffer | undefined;
}

/**
 * Written items are forgotten by the item cache, and read when they are asked for: DynamoDB answers a repeat of a
 * transaction (by its token) as it did the first, and the items may be others by then.
 */
export async function transactWriteItems(args: CborReader, node: NodeContext): Promise<Buffer> {
  const writes = await readWrites(args, node);
  const options = readOptions(args);
  const items = writes.map(transactItem);
  const keys = writes.map(({ cacheKey }) => cacheKey);
  const output = await node.writes.run(node.items, keys, async () => {
    const result = await send(items, writes, options, node);
    return { result, effects: effectsOf(writes) };
  });
  const { ConsumedCapacity: capacities = [], ItemCollectionMetrics: metrics = {} } = output;
  const writer = new CborWriter().array(3).array(0).array(capacities.length);
  for (const capacity of capacities) writeTransactionCapacity(writer, capacity);
  writer.map(Object.keys(metrics).length);
  for (const [table, all] of Object.entries(metrics)) {
    const schema = await node.schemas.get(table);
    writer.text(table).array(all.length);
    for (const one of all) writer.bytes(encodeCollectionMetrics(one, schema));
  }
  return writer.finish();
}

async function readWrites(args: CborReader, node: NodeContext): Promise<TransactWrite[]> {
  const optionalBytes = (): Buffer | undefined => (args.tryNull() ? undefined : args.readBytes());
  const kinds = args.readArray(() => args.readInteger());
  const tables = args.readArray(() => args.readBytes().toString('utf8'));
  const keys = args.readArray(() => args.readBytes());
  const values = args.readArray(optionalBytes);
  args.tryNull();
  const returns = args.readArray(() => args.readInteger());
  const conditions = args.readArray(optionalBytes);
  const updates = args.readArray(optionalBytes);
  return Promise.all(
    keys.map(async (bytes, at) => {
      const table = tables[at] ?? '';
      const key = requestedKey(table, bytes, await node.schemas.get(table));
      const encoded = values[at];
      return {
        ...key,
        kind: kinds[at] ?? 0,
        item: encoded && { ...decodeValues(encoded, node.lists), ...key.key },
        returnsOld: returns[at] === RETURN_ALL_OLD,
        condition: conditions[at],
        update: updates[at],
      };
    }),
  );
}

function transactItem(write: TransactWrite): TransactWriteItem {
  const { kind, table, key, item = key, returnsOld } = write;
  const writer = new ExpressionWriter();
  const condition = writer.condition(write.condition);
  const update = writer.update(write.update);
  const common = {
    TableName: table,
    ConditionExpression: condition,
    ...writer.placeholders(),
    ...(returnsOld && { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const }),
  };
  switch (kind) {
    case KIND.put:
      return { Put: { ...common, Item: item } };
    case KIND.delete:
      return { Delete: { ...common, Key: key } };
    case KIND.update:
      return { Update: { ...common, Key: key, UpdateExpression: update } };
    case KIND.check:
      return { ConditionCheck: { ...common, Key: key, ConditionExpression: condition } };
    default:
      throw new CborError(`unknown kind ${kind} of transaction item`);
  }
}

async function send(
  items: TransactWriteItem[],
  writes: readonly TransactWrite[],
  options: Options,
  node: NodeContext,
): Promise<TransactWriteItemsCommandOutput> {
  const command = new TransactWriteItemsCommand({
    TransactItems: items,
    ClientRequestToken: options.clientRequestToken,
    ReturnConsumedCapacity: options.returnConsumedCapacity,
    ReturnItemCollectionMetrics: options.returnItemCollectionMetrics,
  });
  try {
    return await node.dynamodb.send(command);
  } catch (error) {
    const reasons = cancellationReasons(error);
    if (reasons === undefined) throw error;
    const encoded = reasons.map(async ({ Code: code = 'None', Message: message, Item: item }, at) => ({
      code,
      message,
      values: item && (await encodeValues(item, writes[at]?.schema ?? [], node.lists)),
    }));
    throw new DaxFailure({ ...failureOf(error), reasons: await Promise.all(encoded) });
  }
}

function effectsOf(writes: readonly TransactWrite[]): ReadonlyMap<string, Effect> {
  return new Map(
    writes.filter(({ kind }) => kind !== KIND.check).map(({ cacheKey }) => [cacheKey, 'forget']),
  );
}
