import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { namesOf } from '../names.ts';
import type { Settings } from '../settings.ts';
import { ofAws, ofDatabase, ofDax, ofService, ofStream, ofTable } from './metrics.ts';
import type { Watch } from './watch.ts';

const PERIOD = Duration.minutes(1);

/** One alarm for everything that somebody can do something about. All of them tell the topic, when it begins and when it ends. */
export function alarms(
  scope: Construct,
  settings: Settings,
  topic: ITopic,
  entrance: readonly Watch[],
): void {
  watches(settings, entrance).forEach((watch) => {
    const alarm = new cloudwatch.Alarm(scope, watch.id, {
      alarmName: `careline-${settings.stage}-${watch.id}`,
      alarmDescription: `${watch.what} What to do: docs/runbook.md#${watch.anchor}`,
      // Most metrics of CDK are read by five minutes, if not told otherwise.
      metric: watch.metric.with({ period: PERIOD }),
      threshold: watch.threshold,
      evaluationPeriods: watch.minutes,
      comparisonOperator:
        watch.below === true
          ? cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
          : cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData:
        watch.silenceRings === true
          ? cloudwatch.TreatMissingData.BREACHING
          : cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    const tell = new SnsAction(topic);
    alarm.addAlarmAction(tell);
    alarm.addOkAction(tell);
  });
}

function watches(settings: Settings, entrance: readonly Watch[]): readonly Watch[] {
  return [
    ...ofTheService(settings),
    ...ofData(settings),
    ...(settings.dax ? [ofDaxNodes(settings)] : []),
    ...entrance,
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
    ...throttles(settings),
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

/** Of reads and writes apart: each is counted only when there is any, and the sum of one with nothing is nothing. */
function throttles(settings: Settings): readonly Watch[] {
  const { cacheTable, messagesTable } = namesOf(settings);
  return Object.entries({ Cache: cacheTable, Messages: messagesTable }).flatMap(([name, table]) =>
    (['Read', 'Write'] as const).map((kind) => ({
      id: `Throttles${name}${kind}s`,
      anchor: 'throttles',
      what: `DynamoDB throttles ${kind.toLowerCase()}s of ${table}.`,
      metric: ofTable(table, `${kind}ThrottleEvents`),
      threshold: 10,
      minutes: 3,
    })),
  );
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
