import {
  QueryCommand,
  ScanCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
  type ScanCommandInput,
} from '@aws-sdk/client-dynamodb';
import { QueryCache } from '../cache/query-cache.js';
import type { CborReader } from '../cbor/cbor-reader.js';
import { CborWriter } from '../cbor/cbor-writer.js';
import { readProjection, type Path } from '../protocol/expression-nodes.js';
import { ExpressionWriter } from '../protocol/expression-writer.js';
import { encodeValues } from '../protocol/items.js';
import {
  decodeCompoundKey,
  decodeKey,
  encodeCompoundKey,
  encodeKey,
  type KeySchema,
} from '../protocol/keys.js';
import { readOptions, type Options } from '../protocol/options.js';
import { encodeProjected, isRefused, topLevelNames } from '../protocol/projection.js';
import type { ClientInfo, NodeContext } from './node-context.js';
import { Reply } from './reply.js';

type Send = (input: QueryCommandInput | ScanCommandInput) => Promise<QueryCommandOutput>;

/** From the query cache, unless the read is to be strongly consistent. */
export async function query(args: CborReader, node: NodeContext, client: ClientInfo): Promise<Buffer> {
  const table = args.readBytes().toString('utf8');
  const keyCondition = args.tryNull() ? undefined : args.readBytes();
  const send: Send = (input) => node.dynamodb.send(new QueryCommand(input));
  return answer({ table, keyCondition, options: readOptions(args), name: 'query', send }, node, client);
}

/** As {@link query}. */
export async function scan(args: CborReader, node: NodeContext, client: ClientInfo): Promise<Buffer> {
  const table = args.readBytes().toString('utf8');
  const send: Send = (input) => node.dynamodb.send(new ScanCommand(input));
  const options = readOptions(args);
  return answer({ table, keyCondition: undefined, options, name: 'scan', send }, node, client);
}

interface Search {
  readonly name: string;
  readonly table: string;
  readonly keyCondition: Buffer | undefined;
  readonly options: Options;
  readonly send: Send;
}

async function answer(search: Search, node: NodeContext, client: ClientInfo): Promise<Buffer> {
  const { options, name, send } = search;
  const schema = await node.schemas.get(search.table);
  const paths = options.projection && readProjection(options.projection);
  const fetched = paths && fetchedPaths(paths, node.schemas.keyAttributes(search.table));
  const input = searchInput(search, schema, fetched, client);
  const key = options.consistentRead === true ? undefined : QueryCache.key(name, [input, paths]);
  const cached = key && node.queries.get(key);
  if (cached) return cached;
  const output = await send({ ...input, ReturnConsumedCapacity: options.returnConsumedCapacity });
  const reply = await encodeReply(output, { options, schema, paths }, node);
  const uncharged = reply.finish();
  if (key) node.queries.set(key, uncharged);
  return output.ConsumedCapacity ? reply.capacity(output.ConsumedCapacity).finish() : uncharged;
}

/** Without what does not change the answer. */
function searchInput(
  { table, keyCondition, options }: Search,
  schema: KeySchema,
  fetched: readonly Path[] | undefined,
  { userAgent }: ClientInfo,
): QueryCommandInput & ScanCommandInput {
  const writer = new ExpressionWriter();
  const { exclusiveStartKey: start, indexName } = options;
  const startKey = start && (indexName === undefined ? decodeKey(start, schema) : decodeCompoundKey(start));
  const keyText = writer.condition(keyCondition);
  const filter = writer.condition(options.filter);
  const projection = writer.projection(fetched);
  return {
    TableName: table,
    ...(keyText !== undefined && { KeyConditionExpression: keyText }),
    FilterExpression: filter,
    ProjectionExpression: projection,
    ...writer.placeholders(),
    ExclusiveStartKey: startKey,
    IndexName: indexName,
    ConsistentRead: options.consistentRead,
    Limit: options.limit,
    ScanIndexForward: options.scanIndexForward,
    Segment: options.segment,
    TotalSegments: options.totalSegments,
    Select: sendsEmptySelect(options, userAgent) ? undefined : options.select,
  };
}

/** AWS's client for Go always sends ALL_ATTRIBUTES, also where it is not allowed and not meant. */
function sendsEmptySelect({ select }: Options, userAgent: string): boolean {
  return select === 'ALL_ATTRIBUTES' && /go/i.test(userAgent);
}

/** Lists are fetched whole, to find their elements by index; what DynamoDB has to refuse is sent as it is. */
function fetchedPaths(paths: readonly Path[], keyAttributes: ReadonlySet<string>): readonly Path[] {
  const hasIndex = paths.some((path) => path.some((element) => typeof element === 'number'));
  return hasIndex && !isRefused(paths, keyAttributes) ? topLevelNames(paths).map((name) => [name]) : paths;
}

interface Encoding {
  readonly options: Options;
  readonly schema: KeySchema;
  readonly paths: readonly Path[] | undefined;
}

/** With all but the capacity, which a hit does not cost. */
async function encodeReply(
  output: QueryCommandOutput,
  { options, schema, paths }: Encoding,
  node: NodeContext,
): Promise<Reply> {
  const reply = new Reply();
  if (output.Items) {
    const writer = new CborWriter().array(output.Items.length);
    for (const item of output.Items) {
      if (paths) writer.raw(encodeProjected(item, paths));
      else
        writer
          .array(2)
          .bytes(encodeKey(item, schema))
          .bytes(await encodeValues(item, schema, node.lists));
    }
    reply.field('items', writer.finish());
  }
  const { LastEvaluatedKey: last } = output;
  const lastKey =
    last && (options.indexName === undefined ? encodeKey(last, schema) : encodeCompoundKey(last));
  return reply
    .integer('count', output.Count)
    .integer('scannedCount', output.ScannedCount)
    .bytes('lastKey', lastKey);
}
