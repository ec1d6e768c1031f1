import {
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type DeleteItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { Effect } from '../cache/item-cache.js';
import type { CborReader } from '../cbor/cbor-reader.js';
import type { Item } from '../protocol/attribute-value.js';
import { ExpressionWriter } from '../protocol/expression-writer.js';
import { decodeValues, encodeUpdated, encodeValues } from '../protocol/items.js';
import { readOptions, type Options } from '../protocol/options.js';
import type { NodeContext } from './node-context.js';
import { Reply } from './reply.js';
import { readRequestedKey, type RequestedKey } from './requested-key.js';

type WriteOutput = Pick<DeleteItemCommandOutput, 'Attributes' | 'ConsumedCapacity' | 'ItemCollectionMetrics'>;

/** Writes the item into the cache too. */
export async function putItem(args: CborReader, node: NodeContext): Promise<Buffer> {
  const key = await readRequestedKey(args, node);
  const item = { ...decodeValues(args.readBytes(), node.lists), ...key.key };
  const options = readOptions(args);
  return writeOne(key, options, node, async (input) => {
    const output = await node.dynamodb.send(new PutItemCommand({ ...input, Item: item }));
    return { output, effect: await encodeValues(item, key.schema, node.lists) };
  });
}

/** The cache then knows that there is no such item. */
export async function deleteItem(args: CborReader, node: NodeContext): Promise<Buffer> {
  const key = await readRequestedKey(args, node);
  const options = readOptions(args);
  return writeOne(key, options, node, async (input) => {
    const output = await node.dynamodb.send(new DeleteItemCommand({ ...input, Key: key.key }));
    return { output, effect: null };
  });
}

/** The updated item goes into the cache: from the answer where it is whole, else it is read again. */
export async function updateItem(args: CborReader, node: NodeContext): Promise<Buffer> {
  const key = await readRequestedKey(args, node);
  const options = readOptions(args);
  const { returnValues = 'NONE' } = options;
  return writeOne(key, options, node, async (input, writer) => {
    const output = await node.dynamodb.send(
      new UpdateItemCommand({
        ...input,
        Key: key.key,
        ReturnValues: returnValues === 'NONE' ? 'ALL_NEW' : returnValues,
        UpdateExpression: writer.update(options.update),
        ...writer.placeholders(),
      }),
    );
    const isWhole = returnValues === 'NONE' || returnValues === 'ALL_NEW';
    const item = isWhole ? output.Attributes : await readBack(key, node);
    if (returnValues === 'NONE') delete output.Attributes;
    return { output, effect: item ? await encodeValues(item, key.schema, node.lists) : 'forget' };
  });
}

/** Undefined when it cannot be read: the write was done, so the request must not fail. */
async function readBack({ table, key }: RequestedKey, node: NodeContext): Promise<Item | undefined> {
  const command = new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true });
  return node.dynamodb.send(command).then(
    ({ Item: item }) => item,
    () => undefined,
  );
}

/** What put, delete and update have in common: members of the request, the order of cache and answer. */
async function writeOne(
  key: RequestedKey,
  options: Options,
  node: NodeContext,
  write: (
    input: ReturnType<typeof commonInput>,
    writer: ExpressionWriter,
  ) => Promise<{ output: WriteOutput; effect: Effect }>,
): Promise<Buffer> {
  const writer = new ExpressionWriter();
  const input = commonInput(key, options, writer);
  const output = await node.writes.run(node.items, [key.cacheKey], async () => {
    const { output: result, effect } = await write(input, writer);
    return { result, effects: new Map([[key.cacheKey, effect]]) };
  });
  const isPart = options.returnValues === 'UPDATED_OLD' || options.returnValues === 'UPDATED_NEW';
  const { Attributes: attributes } = output;
  const encoded =
    attributes &&
    (isPart
      ? await encodeUpdated(attributes, node.lists)
      : await encodeValues(attributes, key.schema, node.lists));
  return new Reply()
    .bytes('attributes', encoded)
    .capacity(output.ConsumedCapacity)
    .metrics(output.ItemCollectionMetrics, key.schema)
    .finish();
}

function commonInput({ table }: RequestedKey, options: Options, writer: ExpressionWriter) {
  const condition = writer.condition(options.condition);
  return {
    TableName: table,
    ConditionExpression: condition,
    ReturnValues: options.returnValues,
    ReturnConsumedCapacity: options.returnConsumedCapacity,
    ReturnItemCollectionMetrics: options.returnItemCollectionMetrics,
    ...writer.placeholders(),
  };
}
