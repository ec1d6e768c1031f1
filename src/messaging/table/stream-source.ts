import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type Shard,
} from '@aws-sdk/client-dynamodb-streams';
import { createDynamoClient, type DynamoConnection } from '../../dynamo/dynamo-client.js';
import type { StreamRecord } from './stream-record.js';

const CONNECTION_TIMEOUT_MS = 1_000;
const REQUEST_TIMEOUT_MS = 5_000;
/** Records a call: what is handled between two checkpoints. */
const MAX_RECORDS = 50;

/** Records from one place of a shard, and where to go on; `next` is undefined at the end of a closed shard. */
export interface RecordPage {
  readonly records: readonly StreamRecord[];
  readonly next: string | undefined;
}

/** The stream of one table, as the API of DynamoDB Streams shows it. */
export class StreamSource {
  private readonly tables: DynamoDBClient;
  private readonly streams: DynamoDBStreamsClient;

  constructor(
    connection: DynamoConnection,
    private readonly table: string,
  ) {
    this.tables = createDynamoClient(connection);
    this.streams = new DynamoDBStreamsClient({
      region: connection.region,
      ...(connection.endpoint === undefined ? {} : { endpoint: connection.endpoint }),
      ...(connection.credentials === undefined ? {} : { credentials: connection.credentials }),
      maxAttempts: 2,
      requestHandler: {
        connectionTimeout: CONNECTION_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        throwOnRequestTimeout: true,
      },
    });
  }

  /** The stream that the table has now; undefined where there is no table, or no stream. */
  async arn(): Promise<string | undefined> {
    try {
      const { Table } = await this.tables.send(new DescribeTableCommand({ TableName: this.table }));
      return Table?.LatestStreamArn;
    } catch (error) {
      if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
      throw error;
    }
  }

  /** All shards that the stream has, those of the last 24 hours. */
  async shards(streamArn: string): Promise<Shard[]> {
    const shards: Shard[] = [];
    let last: string | undefined;
    do {
      const { StreamDescription } = await this.streams.send(
        new DescribeStreamCommand({ StreamArn: streamArn, ExclusiveStartShardId: last }),
      );
      shards.push(...(StreamDescription?.Shards ?? []));
      last = StreamDescription?.LastEvaluatedShardId;
    } while (last !== undefined);
    return shards;
  }

  /**
   * A place in a shard: after a record, or its oldest record.
   * @throws an error of the name `TrimmedDataAccessException` when the record after it is gone
   */
  async iterator(streamArn: string, shardId: string, after: string | undefined): Promise<string | undefined> {
    const { ShardIterator } = await this.streams.send(
      new GetShardIteratorCommand({
        StreamArn: streamArn,
        ShardId: shardId,
        ...(after === undefined
          ? { ShardIteratorType: 'TRIM_HORIZON' }
          : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after }),
      }),
    );
    return ShardIterator;
  }

  async read(iterator: string): Promise<RecordPage> {
    const { Records, NextShardIterator } = await this.streams.send(
      new GetRecordsCommand({ ShardIterator: iterator, Limit: MAX_RECORDS }),
    );
    return { records: Records ?? [], next: NextShardIterator };
  }

  close(): void {
    this.tables.destroy();
    this.streams.destroy();
  }
}
