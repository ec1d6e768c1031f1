import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { encodeKey } from '../../src/protocol/keys.js';
import { condition, Placeholders, projection, update, type Expression, type Piece } from './expressions.js';
import { attributes, numberText } from './values.js';

export type KeyType = 'S' | 'N' | 'B';
export type TableKey = readonly [hash: KeyType, range?: KeyType];
export type Attributes = Record<string, AttributeValue>;

/** Stands in requests for the name of the table, which differs between the two sides. */
export const TABLE = 'TABLE';

export type OperationName =
  | 'getItem'
  | 'putItem'
  | 'updateItem'
  | 'deleteItem'
  | 'batchGetItem'
  | 'batchWriteItem'
  | 'query'
  | 'scan'
  | 'transactGetItems'
  | 'transactWriteItems';

export interface Operation {
  readonly name: OperationName;
  readonly input: object;
}

/** Few values, so that operations meet; numbers in several forms, but no two zeros: the client makes them one key. */
const KEY_VALUES: Record<KeyType, fc.Arbitrary<AttributeValue>> = {
  S: fc.constantFrom('a', 'b', 'ção', 'c').map((S) => ({ S })),
  N: fc
    .oneof(
      { weight: 8, arbitrary: fc.constantFrom('1', '1.0', '-2.5', '1e30', '0') },
      numberText.filter((text) => Number(text) !== 0),
    )
    .map((N) => ({ N })),
  B: fc.constantFrom('00', 'ff00', '61').map((hex) => ({ B: Buffer.from(hex, 'hex') })),
};

const RANGE_OPERATORS = [' = ', ' < ', ' <= ', ' > ', ' >= '] as const;
const capacity = fc.constantFrom(undefined, 'TOTAL', 'INDEXES');

/** Random operations on one table with the key `pk` and perhaps `sk`, and with the global index `byG` on `g`. */
export function operations([hash, range]: TableKey): fc.Arbitrary<Operation> {
  const key: fc.Arbitrary<Attributes> = range
    ? fc.record({ pk: KEY_VALUES[hash], sk: KEY_VALUES[range] })
    : fc.record({ pk: KEY_VALUES[hash] });
  const item = fc.tuple(attributes, key).map(([more, one]) => ({ ...more, ...one }));
  const options = { ...writeOperations(key, item), ...readOperations(key), ...transactions(key, item) };
  const searches = searchOperations(key, range);
  return fc.oneof(
    { weight: 3, arbitrary: named('putItem', options.put) },
    { weight: 4, arbitrary: named('updateItem', options.update) },
    { weight: 2, arbitrary: named('deleteItem', options.delete) },
    { weight: 4, arbitrary: named('getItem', options.get) },
    { weight: 2, arbitrary: named('batchGetItem', options.batchGet) },
    { weight: 2, arbitrary: named('batchWriteItem', options.batchWrite) },
    { weight: 4, arbitrary: named('query', searches.query) },
    { weight: 2, arbitrary: named('scan', searches.scan) },
    { weight: 1, arbitrary: named('transactGetItems', options.transactGet) },
    { weight: 2, arbitrary: named('transactWriteItems', options.transactWrite) },
  );
}

function named(name: OperationName, input: fc.Arbitrary<object>): fc.Arbitrary<Operation> {
  return input.map((one) => ({ name, input: one }));
}

/** Members of a request, expressions with their placeholders; what is undefined is left out. */
function request(
  members: Record<string, unknown>,
  expressions: Record<string, Expression | undefined>,
): object {
  const placeholders = new Placeholders();
  const texts = Object.entries(expressions).flatMap(([name, one]) =>
    one === undefined ? [] : [[name, placeholders.text(one)]],
  );
  const all = { ...members, ...(Object.fromEntries(texts) as object), ...placeholders.members() };
  return Object.fromEntries(Object.entries(all).filter(([, one]) => one !== undefined));
}

const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(of, { nil: undefined, freq: 2 });

function writeOperations(key: fc.Arbitrary<Attributes>, item: fc.Arbitrary<Attributes>) {
  const write = fc.record({
    condition: maybe(condition),
    returns: fc.constantFrom(undefined, 'NONE', 'ALL_OLD'),
    capacity,
    metrics: fc.constantFrom(undefined, 'SIZE'),
  });
  const common = (one: { capacity?: unknown; returns?: unknown; metrics?: unknown }) => ({
    TableName: TABLE,
    ReturnConsumedCapacity: one.capacity,
    ReturnValues: one.returns,
    ReturnItemCollectionMetrics: one.metrics,
  });
  return {
    put: fc
      .tuple(item, write)
      .map(([Item, one]) => request({ ...common(one), Item }, { ConditionExpression: one.condition })),
    delete: fc
      .tuple(key, write)
      .map(([Key, one]) => request({ ...common(one), Key }, { ConditionExpression: one.condition })),
    update: fc
      .record({
        Key: key,
        update: maybe(update),
        condition: maybe(condition),
        returns: fc.constantFrom(undefined, 'ALL_OLD', 'ALL_NEW', 'UPDATED_OLD', 'UPDATED_NEW'),
        capacity,
      })
      .map((one) =>
        request(
          { ...common(one), Key: one.Key },
          { UpdateExpression: one.update, ConditionExpression: one.condition },
        ),
      ),
    batchWrite: fc
      .array(
        fc.oneof(
          item.map((Item) => ({ PutRequest: { Item } })),
          key.map((Key) => ({ DeleteRequest: { Key } })),
        ),
        { minLength: 1, maxLength: 4 },
      )
      .map((writes) => ({ RequestItems: { [TABLE]: writes } })),
  };
}

function readOperations(key: fc.Arbitrary<Attributes>) {
  return {
    get: fc
      .record({ Key: key, projection: maybe(projection), consistent: maybe(fc.boolean()), capacity })
      .map((one) =>
        request(
          {
            TableName: TABLE,
            Key: one.Key,
            ConsistentRead: one.consistent,
            ReturnConsumedCapacity: one.capacity,
          },
          { ProjectionExpression: one.projection },
        ),
      ),
    batchGet: fc
      .record({
        keys: fc.array(key, { minLength: 1, maxLength: 5 }),
        projection: maybe(projection),
        consistent: maybe(fc.boolean()),
      })
      .map((one) => ({
        RequestItems: {
          [TABLE]: request(
            { Keys: one.keys, ConsistentRead: one.consistent },
            { ProjectionExpression: one.projection },
          ),
        },
      })),
  };
}

function transactions(key: fc.Arbitrary<Attributes>, item: fc.Arbitrary<Attributes>) {
  const returns = fc.constantFrom(undefined, 'ALL_OLD');
  const one = fc.oneof(
    fc.tuple(item, maybe(condition), returns).map(([Item, check, old]) => ({
      Put: request(
        { TableName: TABLE, Item, ReturnValuesOnConditionCheckFailure: old },
        { ConditionExpression: check },
      ),
    })),
    fc.tuple(key, update, maybe(condition), returns).map(([Key, change, check, old]) => ({
      Update: request(
        { TableName: TABLE, Key, ReturnValuesOnConditionCheckFailure: old },
        { UpdateExpression: change, ConditionExpression: check },
      ),
    })),
    fc.tuple(key, maybe(condition)).map(([Key, check]) => ({
      Delete: request({ TableName: TABLE, Key }, { ConditionExpression: check }),
    })),
    fc.tuple(key, condition).map(([Key, check]) => ({
      ConditionCheck: request({ TableName: TABLE, Key }, { ConditionExpression: check }),
    })),
  );
  return {
    // The client refuses a key that is there twice, in its own words.
    transactWrite: fc
      .uniqueArray(one, { minLength: 1, maxLength: 3, selector: keyAsSeen })
      .map((TransactItems) => ({ TransactItems })),
    transactGet: fc.array(fc.tuple(key, maybe(projection)), { minLength: 1, maxLength: 3 }).map((gets) => ({
      TransactItems: gets.map(([Key, cut]) => ({
        Get: request({ TableName: TABLE, Key }, { ProjectionExpression: cut }),
      })),
    })),
  };
}

/**
 * The key of one item of a transaction, as the client compares it: bytes that are no UTF-8 become one sign, so it takes
 * different numbers for one key.
 */
function keyAsSeen(write: object): string {
  const [one] = Object.values(write) as { Key?: Attributes; Item?: Attributes }[];
  const key = one?.Key ?? one?.Item ?? {};
  const schema = ['pk', 'sk'].filter((name) => name in key).map((name) => ({ name, type: 'S' as const }));
  return encodeKey(key, schema).toString('utf8');
}

function searchOperations(key: fc.Arbitrary<Attributes>, range: KeyType | undefined) {
  const search = fc.record({
    filter: maybe(condition),
    cut: maybe(projection),
    consistent: maybe(fc.boolean()),
    limit: maybe(fc.integer({ min: 1, max: 3 })),
    select: fc.constantFrom(undefined, undefined, 'COUNT', 'ALL_ATTRIBUTES', 'SPECIFIC_ATTRIBUTES'),
    capacity,
  });
  const common = (one: { consistent?: unknown; limit?: unknown; select?: unknown; capacity?: unknown }) => ({
    TableName: TABLE,
    ConsistentRead: one.consistent,
    Limit: one.limit,
    Select: one.select,
    ReturnConsumedCapacity: one.capacity,
  });
  const rangeTest = fc.tuple(key, fc.constantFrom(...RANGE_OPERATORS, ' BETWEEN ', 'begins_with'));
  return {
    query: fc
      .record({
        key,
        search,
        forward: maybe(fc.boolean()),
        onIndex: fc.boolean(),
        rangeTest: maybe(rangeTest),
      })
      .map((one) => {
        const hash: Expression = one.onIndex
          ? [{ path: ['g'] }, ' = ', { value: { S: 'one' } }]
          : [{ path: ['pk'] }, ' = ', { value: one.key['pk'] as AttributeValue }];
        const more = range && !one.onIndex && one.rangeTest ? rangeCondition(one.rangeTest, one.key) : [];
        return request(
          {
            ...common(one.search),
            ScanIndexForward: one.forward,
            ...(one.onIndex && { IndexName: 'byG' }),
          },
          {
            KeyConditionExpression: [...hash, ...more],
            FilterExpression: one.search.filter,
            ProjectionExpression: one.search.cut,
          },
        );
      }),
    scan: fc
      .record({ search, segment: maybe(fc.integer({ min: 0, max: 1 })) })
      .map(({ search: one, segment }) =>
        request(
          { ...common(one), ...(segment !== undefined && { Segment: segment, TotalSegments: 2 }) },
          { FilterExpression: one.filter, ProjectionExpression: one.cut },
        ),
      ),
  };
}

function rangeCondition([other, operator]: readonly [Attributes, string], key: Attributes): Piece[] {
  const name = { path: ['sk'] };
  const one = { value: key['sk'] as AttributeValue };
  const two = { value: other['sk'] as AttributeValue };
  if (operator === ' BETWEEN ') return [' AND ', name, ' BETWEEN ', one, ' AND ', two];
  if (operator === 'begins_with') return [' AND begins_with(', name, ', ', one, ')'];
  return [' AND ', name, operator, one];
}
