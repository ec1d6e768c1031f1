import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { messageItem, type StoredMessage } from '../../../src/messaging/table/items.js';

const ARN =
  'arn:aws:dynamodb:eu-central-1:111122223333:table/messages-production/stream/2026-11-26T10:00:00.000';

/**
 * The messages as an event source mapping hands them over:
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 */
export function streamEvent(messages: readonly StoredMessage[]): DynamoDBStreamEvent {
  return { Records: messages.map(recordOf) };
}

function recordOf(message: StoredMessage, index: number): DynamoDBRecord {
  const image = marshall(messageItem(message), { removeUndefinedValues: true }) as Record<
    string,
    { S: string }
  >;
  return {
    eventID: String(index + 1),
    eventName: 'INSERT',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'eu-central-1',
    dynamodb: {
      ApproximateCreationDateTime: 1_795_687_200,
      Keys: { PK: image['PK']!, SK: image['SK']! },
      NewImage: image,
      SequenceNumber: String(4_421_584_500_000_000_017_450_439_091n + BigInt(index)),
      SizeBytes: 512,
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
    eventSourceARN: ARN,
  };
}
