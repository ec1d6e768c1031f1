import { GetItemCommand, type GetItemCommandOutput } from '@aws-sdk/client-dynamodb';
import type { CborReader } from '../cbor/cbor-reader.js';
import type { Item } from '../protocol/attribute-value.js';
import { readProjection, type Path } from '../protocol/expression-nodes.js';
import { ExpressionWriter } from '../protocol/expression-writer.js';
import { decodeValues, encodeValues } from '../protocol/items.js';
import { readOptions, type Options } from '../protocol/options.js';
import { encodeProjected, isRefused } from '../protocol/projection.js';
import type { NodeContext } from './node-context.js';
import { Reply } from './reply.js';
import { readRequestedKey, type RequestedKey } from './requested-key.js';

/** From the item cache, unless the read is to be strongly consistent. Misses are kept too. */
export async function getItem(args: CborReader, node: NodeContext): Promise<Buffer> {
  const key = await readRequestedKey(args, node);
  const options = readOptions(args);
  const paths = options.projection && readProjection(options.projection);
  let output: GetItemCommandOutput | undefined;
  const read = async (): Promise<Buffer | null> => {
    output = await send(key, options, refused ? paths : undefined, node);
    return output.Item ? encodeValues(output.Item, key.schema, node.lists) : null;
  };
  const refused = paths !== undefined && isRefused(paths, node.schemas.keyAttributes(key.table));
  const passesThrough = options.consistentRead === true || refused;
  // A cached null says that there is no such item.
  const cached = passesThrough ? undefined : node.items.get(key.cacheKey);
  const missed = (): Promise<Buffer | null> => (passesThrough ? read() : node.items.fill(key.cacheKey, read));
  const values = cached === undefined ? await missed() : cached;
  return itemReply(values, paths, key, node).capacity(output?.ConsumedCapacity).finish();
}

/** The whole item, whatever the projection: unless it is one that DynamoDB has to refuse. */
function send(
  { table, key }: RequestedKey,
  options: Options,
  refusedPaths: readonly Path[] | undefined,
  node: NodeContext,
): Promise<GetItemCommandOutput> {
  const { consistentRead, returnConsumedCapacity } = options;
  const writer = new ExpressionWriter();
  const refused = writer.projection(refusedPaths);
  return node.dynamodb.send(
    new GetItemCommand({
      TableName: table,
      Key: key,
      ConsistentRead: consistentRead,
      ReturnConsumedCapacity: returnConsumedCapacity,
      ...(refused !== undefined && { ProjectionExpression: refused, ...writer.placeholders() }),
    }),
  );
}

function itemReply(
  values: Buffer | null,
  paths: readonly Path[] | undefined,
  key: RequestedKey,
  node: NodeContext,
): Reply {
  if (values === null) return new Reply();
  if (paths === undefined) return new Reply().bytes('item', values);
  return new Reply().field('item', encodeProjected(wholeItem(values, key, node), paths));
}

/** A cached item with its key. */
export function wholeItem(values: Buffer, { key }: RequestedKey, node: NodeContext): Item {
  return { ...decodeValues(values, node.lists), ...key };
}
