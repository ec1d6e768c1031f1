import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Item } from './items.js';

/** DynamoDB's own form of attribute values. */
type Attributes = Parameters<typeof unmarshall>[0];

/**
 * A record of a DynamoDB stream: the same from the API (GetRecords) and in the event of a Lambda function.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
 */
export interface StreamRecord {
  readonly eventName?: string | undefined;
  readonly dynamodb?:
    | {
        readonly Keys?: unknown;
        readonly NewImage?: unknown;
        readonly OldImage?: unknown;
        readonly SequenceNumber?: string | undefined;
        readonly ApproximateCreationDateTime?: Date | number | undefined;
      }
    | undefined;
}

const MS_PER_SECOND = 1_000;

/** An image of a record as the document client would give it; undefined where the record has none. */
export function imageOf(record: StreamRecord, image: 'Keys' | 'NewImage' | 'OldImage'): Item | undefined {
  const attributes = record.dynamodb?.[image];
  return attributes === undefined || attributes === null ? undefined : unmarshall(attributes as Attributes);
}

export function sequenceNumberOf(record: StreamRecord): string | undefined {
  return record.dynamodb?.SequenceNumber;
}

/** How long ago the change was made, in ms; the stream knows it to the second. Undefined where it does not say. */
export function ageMsOf(record: StreamRecord, nowMs: number): number | undefined {
  const at = record.dynamodb?.ApproximateCreationDateTime;
  if (at === undefined) return undefined;
  return Math.max(0, nowMs - (at instanceof Date ? at.getTime() : at * MS_PER_SECOND));
}
