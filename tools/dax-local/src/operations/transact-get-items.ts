import { TransactGetItemsCommand, type Get } from '@aws-sdk/client-dynamodb';
import type { CborReader } from '../cbor/cbor-reader.js';
import { CborWriter } from '../cbor/cbor-writer.js';
import { writeTransactionCapacity } from '../protocol/capacity.js';
import { readProjection, type Path } from '../protocol/expression-nodes.js';
import { ExpressionWriter } from '../protocol/expression-writer.js';
import { encodeValues } from '../protocol/items.js';
import { readOptions } from '../protocol/options.js';
import { encodeProjected, isRefused } from '../protocol/projection.js';
import type { NodeContext } from './node-context.js';
import { requestedKey, type RequestedKey } from './requested-key.js';

interface TransactGet extends RequestedKey {
  readonly paths: readonly Path[] | undefined;
}

/** Always asks DynamoDB, and keeps nothing. */
export async function transactGetItems(args: CborReader, node: NodeContext): Promise<Buffer> {
  const gets = await readGets(args, node);
  const { returnConsumedCapacity } = readOptions(args);
  const { Responses: responses = [], ConsumedCapacity: capacities = [] } = await node.dynamodb.send(
    new TransactGetItemsCommand({
      TransactItems: gets.map((get) => ({ Get: getOf(get, node.schemas.keyAttributes(get.table)) })),
      ReturnConsumedCapacity: returnConsumedCapacity,
    }),
  );
  const writer = new CborWriter().array(2).array(gets.length);
  for (const [at, { schema, paths }] of gets.entries()) {
    const item = responses[at]?.Item;
    if (item === undefined) writer.null();
    else if (paths) writer.raw(encodeProjected(item, paths));
    else writer.bytes(await encodeValues(item, schema, node.lists));
  }
  writer.array(capacities.length);
  for (const capacity of capacities) writeTransactionCapacity(writer, capacity);
  return writer.finish();
}

async function readGets(args: CborReader, node: NodeContext): Promise<TransactGet[]> {
  const tables = args.readArray(() => args.readBytes().toString('utf8'));
  const keys = args.readArray(() => args.readBytes());
  const projections = args.readArray(() => (args.tryNull() ? undefined : args.readBytes()));
  return Promise.all(
    keys.map(async (bytes, at) => {
      const table = tables[at] ?? '';
      const projection = projections[at];
      const paths = projection && readProjection(projection);
      return { ...requestedKey(table, bytes, await node.schemas.get(table)), paths };
    }),
  );
}

/** The whole item, whatever the projection: unless it is one that DynamoDB has to refuse. */
function getOf({ table, key, paths }: TransactGet, keyAttributes: ReadonlySet<string>): Get {
  const writer = new ExpressionWriter();
  const refused = paths && isRefused(paths, keyAttributes) ? writer.projection(paths) : undefined;
  return {
    TableName: table,
    Key: key,
    ...(refused !== undefined && { ProjectionExpression: refused, ...writer.placeholders() }),
  };
}
