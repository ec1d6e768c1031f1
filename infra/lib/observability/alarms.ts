import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Settings } from '../settings.ts';
import { ofAws, ofDatabase, ofDax, ofService, ofStream, ofTable, tablesOf } from './metrics.ts';

interface Watch {
  readonly id: string;
  /** The section of docs/runbook.md that says what to do. */
  readonly anchor: string;
  readonly what: string;
  readonly metric: cloudwatch.IMetric;
  readonly threshold: number;
  readonly minutes: number;
  readonly below?: boolean;
}

/** One alarm for everything that somebody can do something about. All of them tell the topic, when it begins and when it ends. */
export function alarms(
  scope: Construct,
  settings: Settings,
  topic: ITopic,
  serverErrors: cloudwatch.IMetric,
): void {
  watches(settings, serverErrors).forEach((watch) => {
    const alarm = new cloudwatch.Alarm(scope, watch.id, {
      alarmName: `careline-${settings.stage}-${watch.id}`,
      alarmDescription: `${watch.what} What to do: docs/runbook.md#${watch.anchor}`,
      metric: watch.metric,
      threshold: watch.threshold,
      evaluationPeriods: watch.minutes,
      comparisonOperator:
        watch.below === true
          ? cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
          : cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    const tell = new SnsAction(topic);
    alarm.addAlarmAction(tell);
    alarm.addOkAction(tell);
  });
}

function watches(settings: Settings, serverErrors: cloudwatch.IMetric): readonly Watch[] {
  return [
    ...ofTheService(settings),
    ...ofData(settings),
    ...(settings.dax ? [ofDaxNodes(settings)] : []),
    ofErrors(serverErrors),
  ];
}

function ofTheService(settings: Settings): readonly Watch[] {
  const feed: Watch = {
    id: 'FeedNotLive',
    anchor: 'feed-not-live',
    what: 'An instance has had no version feed for five minutes: right, but slower.',
    metric: ofService(settings, 'FeedLive', 'Minimum'),
    threshold: 1,
    minutes: 5,
    below: true,
  };
  return [
    {
      id: 'Inconsistency',
      anchor: 'inconsistency',
      what: 'A hit contradicted the origin.',
      metric: ofService(settings, 'Inconsistencies', 'Sum'),
      threshold: 0,
      minutes: 1,
    },
    // A function has no feed, and is not meant to have one.
    ...(settings.compute === 'fargate' ? [feed] : []),
    {
      id: 'BreakerOpen',
      anchor: 'breaker-open',
      what: 'An instance has not used the shared tier for five minutes.',
      metric: ofService(settings, 'BreakerOpen', 'Maximum'),
      threshold: 0,
      minutes: 5,
    },
    {
      id: 'LoadFailures',
      anchor: 'load-failures',
      what: 'Loads from the origin fail.',
      metric: ofService(settings, 'LoadFailures', 'Sum'),
      threshold: 5,
      minutes: 5,
    },
  ];
}

function ofData(settings: Settings): readonly Watch[] {
  return [
    ...tablesOf(settings).flatMap((table, i): Watch[] => [
      {
        id: `Throttles${i === 0 ? 'Cache' : 'Messages'}`,
        anchor: 'throttles',
        what: `DynamoDB throttles ${table}.`,
        metric: new cloudwatch.MathExpression({
          expression: 'reads + writes',
          usingMetrics: {
            reads: ofTable(table, 'ReadThrottleEvents'),
            writes: ofTable(table, 'WriteThrottleEvents'),
          },
          period: Duration.minutes(1),
        }),
        threshold: 10,
        minutes: 3,
      },
    ]),
    {
      id: 'StreamLag',
      anchor: 'stream-lag',
      what: 'The stream of messages is more than a minute behind.',
      metric: ofStream(settings, 'IteratorAge', 'Maximum'),
      threshold: 60_000,
      minutes: 5,
    },
    {
      id: 'StreamFailures',
      anchor: 'stream-failures',
      what: 'Records of the stream were given up.',
      metric: ofAws(
        'AWS/SQS',
        'ApproximateNumberOfMessagesVisible',
        { QueueName: `careline-${settings.stage}-stream-failures` },
        'Maximum',
      ),
      threshold: 0,
      minutes: 1,
    },
    {
      id: 'DatabaseCapacity',
      anchor: 'database-capacity',
      what: 'Aurora is near its most capacity.',
      metric: ofDatabase(settings, 'ACUUtilization', 'Maximum'),
      threshold: 90,
      minutes: 10,
    },
  ];
}

function ofDaxNodes(settings: Settings): Watch {
  return {
    id: 'DaxErrors',
    anchor: 'dax-errors',
    what: 'DAX fails requests.',
    metric: ofDax(settings, 'FaultRequestCount'),
    threshold: 10,
    minutes: 3,
  };
}

function ofErrors(metric: cloudwatch.IMetric): Watch {
  return {
    id: 'ServerErrors',
    anchor: 'server-errors',
    what: 'Clients get 5xx answers.',
    metric,
    threshold: 5,
    minutes: 3,
  };
}
