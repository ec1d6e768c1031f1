import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { messagesAccess } from './data/table-access.ts';
import { useKey } from './keys-stack.ts';
import { namesOf, tableArn } from './names.ts';
import type { NetworkStack } from './network-stack.ts';
import type { Settings } from './settings.ts';
import { commonEnvironment, type ServiceSources } from './service/environment.ts';
import { CarelineFunction } from './service/function.ts';

export interface StreamProps extends StackProps {
  readonly sources: ServiceSources;
  readonly network: NetworkStack;
  readonly operationsKey: IKey;
}

const RETRIES = 10;
const BATCH = 100;

/**
 * Bumps the versions of conversations and inboxes for writers that died between their commit and their own bump. A record
 * that cannot be handled is narrowed down by halving its batch, and ends in the queue of failures, which raises an alarm.
 */
export class StreamStack extends Stack {
  readonly function: CarelineFunction;
  readonly failures: Queue;

  constructor(scope: Construct, id: string, props: StreamProps) {
    super(scope, id, props);
    const { network } = props;
    const sources = { ...props.sources, dataKey: useKey(this, props.sources.dataKey) };
    const logsKey = useKey(this, props.operationsKey);
    const { settings, data } = sources;
    const { tableStreamArn } = data.messages;
    if (tableStreamArn === undefined) throw new Error('The table of messages has no stream.');
    this.failures = this.failureQueue(settings.stage, logsKey);
    this.function = new CarelineFunction(this, 'Stream', {
      name: 'messaging-stream',
      bundle: settings.streamBundle,
      sources,
      network,
      logsKey,
      access: [
        ...messagesAccess(this, settings, sources.dataKey),
        ...this.streamAccess(settings, tableStreamArn),
        ...this.failureAccess(logsKey),
      ],
      timeout: Duration.seconds(60),
      memoryMb: 512,
      reservedConcurrency: 10,
      environment: { ...commonEnvironment(sources, this.region), CACHE_STORE: 'memory' },
    });
    new lambda.EventSourceMapping(this, 'Source', {
      target: this.function.handler,
      eventSourceArn: tableStreamArn,
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      batchSize: BATCH,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts: RETRIES,
      onFailure: { bind: () => ({ destination: this.failures.queueArn }) },
    });
    acknowledge(
      this.function,
      'Lambda lists the streams of the table before it reads the one it was given: names of streams, no records.',
      `AwsSolutions-IAM5[Resource::${tableArn(this, namesOf(settings).messagesTable)}/stream/*]`,
    );
    acknowledge(
      this.function,
      'The event source has the queue: a dead-letter queue of the function itself is for asynchronous calls, and there are none.',
      'HIPAA.Security-LambdaDLQ',
    );
  }

  private streamAccess(settings: Settings, streamArn: string): PolicyStatement[] {
    const streams = `${tableArn(this, namesOf(settings).messagesTable)}/stream/*`;
    return [
      new PolicyStatement({
        sid: 'Stream',
        actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
        resources: [streamArn],
      }),
      new PolicyStatement({ sid: 'Streams', actions: ['dynamodb:ListStreams'], resources: [streams] }),
    ];
  }

  private failureAccess(key: IKey): PolicyStatement[] {
    return [
      new PolicyStatement({
        sid: 'Failures',
        actions: ['sqs:SendMessage'],
        resources: [this.failures.queueArn],
      }),
      new PolicyStatement({
        sid: 'FailuresKey',
        actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
        resources: [key.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `sqs.${this.region}.amazonaws.com` } },
      }),
    ];
  }

  private failureQueue(stage: string, key: IKey): Queue {
    const queue = new Queue(this, 'Failures', {
      queueName: `careline-${stage}-stream-failures`,
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: key,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(
      queue,
      'It is the queue of failures itself: what is in it was given up already, and waits for a person.',
      'AwsSolutions-SQS3',
    );
    return queue;
  }
}
