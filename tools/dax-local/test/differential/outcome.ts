import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DaxError } from '../support/dax-client.js';
import { normalNumber } from './normal-number.js';
import { TABLE, type Operation } from './requests.js';
import type { Side } from './sides.js';

export interface Outcome {
  /** In a form in which equal outcomes are equal. */
  readonly comparable: { readonly output: unknown } | { readonly failure: object };
  /** Of a query or scan that has more, as it came. */
  readonly lastKey?: unknown;
}

/** What came of an operation. */
export async function outcomeOf(side: Side, operation: Operation, table: string): Promise<Outcome> {
  try {
    const output = await side(operation);
    const comparable = { output: normal({ ...output, $metadata: undefined }, table, isCharged(operation)) };
    return { comparable, lastKey: 'LastEvaluatedKey' in output ? output.LastEvaluatedKey : undefined };
  } catch (error) {
    return { comparable: { failure: normalFailure(error as Failure, table) } };
  }
}

interface Failure extends DaxError {
  readonly codeSeq?: unknown;
  readonly CancellationReasons?: unknown;
}

/** A failure that the client finds itself has its own wording: then only the kind is compared. */
function normalFailure(error: Failure, table: string): object {
  const code = error.code ?? error.name;
  // Placeholders are named anew on the way: the client does not send the names.
  const message = error.message
    .replaceAll(table, TABLE)
    .replace(`${code}: `, '')
    // Which of two such numbers is named depends on an order that the client does not keep.
    .replace(/Number (over|under)flow.*range|DynamoDB only supports precision.*digits/, 'no such number')
    .replace(/for key :\w+/, 'for key')
    .replaceAll(/\{N:([^}]+)\}/g, (_, text: string) => normalNumber(text));
  const reasons = error.cancellationReasons ?? error.CancellationReasons;
  return { code, message, ...(reasons !== undefined && { reasons: normal(reasons, table, true) }) };
}

/** DynamoDB Local tells it here and there unasked; and reads that a cache may answer cost nothing then. */
function isCharged({ name, input }: Operation): boolean {
  const isRead = name === 'getItem' || name === 'query' || name === 'scan' || name === 'batchGetItem';
  if (!('ReturnConsumedCapacity' in input)) return false;
  return !isRead || ('ConsistentRead' in input && input.ConsistentRead === true);
}

function normal(part: unknown, table: string, isCharged: boolean): unknown {
  if (part === table) return TABLE;
  if (part instanceof Uint8Array) return `0x${Buffer.from(part).toString('hex')}`;
  if (Array.isArray(part)) return part.map((one) => normal(one, table, isCharged));
  if (typeof part !== 'object' || part === null) return part;
  const attribute = part as AttributeValue;
  if (typeof attribute.N === 'string') return { N: normalNumber(attribute.N) };
  if (Array.isArray(attribute.SS)) return { SS: attribute.SS.toSorted() };
  if (Array.isArray(attribute.NS)) return { NS: attribute.NS.map(normalNumber).sort() };
  if (Array.isArray(attribute.BS)) return { BS: attribute.BS.map((one) => normal(one, table, true)).sort() };
  return Object.fromEntries(
    Object.entries(part)
      .filter(([key, one]) => one !== undefined && one !== null && (isCharged || key !== 'ConsumedCapacity'))
      .map(([key, one]) => [key === table ? TABLE : key, normalMember(key, one, table, isCharged)])
      .sort(([one], [other]) => (String(one) < String(other) ? -1 : 1)),
  );
}

/** Items of a batch come in any order. */
function normalMember(key: string, one: unknown, table: string, isCharged: boolean): unknown {
  const value = normal(one, table, isCharged);
  const isBatch = key === table && Array.isArray(value);
  return isBatch
    ? (value as unknown[]).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
    : value;
}
