import { CborError } from '../cbor/cbor-error.js';
import { CborReader } from '../cbor/cbor-reader.js';
import { MAJOR } from '../cbor/heads.js';

const OPTION = {
  projection: 0,
  consistentRead: 2,
  returnConsumedCapacity: 3,
  condition: 4,
  returnItemCollectionMetrics: 6,
  returnValues: 7,
  update: 8,
  exclusiveStartKey: 9,
  filter: 10,
  indexName: 11,
  limit: 13,
  scanIndexForward: 14,
  select: 15,
  segment: 16,
  totalSegments: 17,
  clientRequestToken: 19,
} as const;

const CONSUMED_CAPACITY = ['NONE', 'TOTAL', 'INDEXES'] as const;
const COLLECTION_METRICS = ['NONE', 'SIZE'] as const;
const RETURN_VALUES = [undefined, 'NONE', 'ALL_OLD', 'UPDATED_OLD', 'ALL_NEW', 'UPDATED_NEW'] as const;
const SELECT = [
  undefined,
  'ALL_ATTRIBUTES',
  'ALL_PROJECTED_ATTRIBUTES',
  'COUNT',
  'SPECIFIC_ATTRIBUTES',
] as const;

/** The options of a request; what the client left out is absent. Expressions and keys are still encoded. */
export interface Options {
  projection?: Buffer;
  consistentRead?: boolean;
  returnConsumedCapacity?: (typeof CONSUMED_CAPACITY)[number];
  condition?: Buffer;
  returnItemCollectionMetrics?: (typeof COLLECTION_METRICS)[number];
  returnValues?: Exclude<(typeof RETURN_VALUES)[number], undefined>;
  update?: Buffer;
  exclusiveStartKey?: Buffer;
  filter?: Buffer;
  indexName?: string;
  limit?: number;
  scanIndexForward?: boolean;
  select?: Exclude<(typeof SELECT)[number], undefined>;
  segment?: number;
  totalSegments?: number;
  clientRequestToken?: string;
}

/** A map of option numbers to values in any order, or null. @throws {CborError} */
export function readOptions(reader: CborReader): Options {
  const options: Options = {};
  if (!reader.tryNull()) reader.readMap(() => readOption(options, reader.readInteger(), reader));
  return options;
}

function readOption(options: Options, option: number, reader: CborReader): void {
  switch (option) {
    case OPTION.projection:
      options.projection = reader.readBytes();
      return;
    case OPTION.condition:
      options.condition = reader.readBytes();
      return;
    case OPTION.update:
      options.update = reader.readBytes();
      return;
    case OPTION.filter:
      options.filter = reader.readBytes();
      return;
    case OPTION.exclusiveStartKey:
      options.exclusiveStartKey = reader.readBytes();
      return;
    case OPTION.indexName:
      options.indexName = reader.readBytes().toString('utf8');
      return;
    case OPTION.clientRequestToken:
      options.clientRequestToken = reader.readText();
      return;
    default:
      readSmallOption(options, option, reader);
  }
}

function readSmallOption(options: Options, option: number, reader: CborReader): void {
  switch (option) {
    case OPTION.consistentRead:
      options.consistentRead = readFlag(reader);
      return;
    case OPTION.scanIndexForward:
      options.scanIndexForward = readFlag(reader);
      return;
    case OPTION.returnConsumedCapacity:
      options.returnConsumedCapacity = readChoice(reader, CONSUMED_CAPACITY);
      return;
    case OPTION.returnItemCollectionMetrics:
      options.returnItemCollectionMetrics = readChoice(reader, COLLECTION_METRICS);
      return;
    case OPTION.returnValues:
      options.returnValues = readChoice(reader, RETURN_VALUES);
      return;
    case OPTION.select:
      options.select = readChoice(reader, SELECT);
      return;
    case OPTION.limit:
      options.limit = reader.readInteger();
      return;
    case OPTION.segment:
      options.segment = reader.readInteger();
      return;
    case OPTION.totalSegments:
      options.totalSegments = reader.readInteger();
      return;
    default:
      throw new CborError(`unknown option ${option}`);
  }
}

/** A boolean, which queries and scans write as 0 or 1. */
function readFlag(reader: CborReader): boolean {
  return reader.peekMajor() === MAJOR.unsigned ? reader.readInteger() !== 0 : reader.readBoolean();
}

function readChoice<T>(reader: CborReader, choices: readonly (T | undefined)[]): T {
  const value = choices[reader.readInteger()];
  if (value === undefined) throw new CborError('an option with an unknown value');
  return value;
}
