import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { EmfMetric } from '../../../src/metrics/emf/emf-metrics.ts';
import type { Settings } from '../settings.ts';
import { ofDatabase, ofDax, ofOperation, ofService, ofStream, ofTable, tablesOf } from './metrics.ts';

type Row = readonly [
  title: string,
  left: readonly cloudwatch.IMetric[],
  right?: readonly cloudwatch.IMetric[],
];

const WIDTH = 12;

/** What the service says, and what only AWS knows. */
export function dashboard(scope: Construct, settings: Settings): cloudwatch.Dashboard {
  const board = new cloudwatch.Dashboard(scope, 'Dashboard', {
    dashboardName: `careline-${settings.stage}`,
    defaultInterval: Duration.hours(3),
  });
  const rows = [...serviceRows(settings), ...tableRows(settings), ...otherRows(settings)];
  const graphs = rows.map(
    ([title, left, right = []]) =>
      new cloudwatch.GraphWidget({ title, left: [...left], right: [...right], width: WIDTH, height: 6 }),
  );
  for (let i = 0; i < graphs.length; i += 2) board.addWidgets(...graphs.slice(i, i + 2));
  return board;
}

function serviceRows(settings: Settings): readonly Row[] {
  const sum = (name: EmfMetric) => ofService(settings, name, 'Sum');
  const ratio = (tier: 'L1' | 'L2') =>
    new cloudwatch.MathExpression({
      expression: `IF(requests > 0, 100 * hits${tier} / requests, 0)`,
      usingMetrics: { [`hits${tier}`]: sum(`Hits${tier}`), requests: sum('Requests') },
      label: `${tier} %`,
      period: Duration.minutes(1),
    });
  const max = (name: EmfMetric) => ofService(settings, name, 'Maximum');
  return [
    ['Hit ratio by tier', [ratio('L1'), ratio('L2')], [sum('Requests')]],
    ['Latency, 95th percentile (ms)', [max('LatencyP95L1'), max('LatencyP95L2'), max('LatencyP95Load')]],
    ['Origin loads', [sum('Loads'), sum('Joined')], [sum('LoadFailures'), sum('ServedStale')]],
    [
      'Version feed and breaker',
      [ofService(settings, 'FeedLive', 'Minimum'), max('BreakerOpen')],
      [sum('Invalidations')],
    ],
    ['Wrong or unusable entries', [sum('Inconsistencies'), sum('Defects'), sum('StoreFaults')]],
    ['Cost of the cache (USD a minute)', [sum('CostUsd')], [sum('ReadUnits'), sum('WriteUnits')]],
  ];
}

function tableRows(settings: Settings): readonly Row[] {
  const tables = tablesOf(settings);
  const each = (metric: string, statistic?: string) =>
    tables.map((table) => ofTable(table, metric, statistic));
  return [
    ['Consumed capacity', each('ConsumedReadCapacityUnits'), each('ConsumedWriteCapacityUnits')],
    ['Throttles', [...each('ReadThrottleEvents'), ...each('WriteThrottleEvents')]],
    ['TTL deletions', each('TimeToLiveDeletedItemCount')],
    [
      'DynamoDB system errors',
      tables.flatMap((table) =>
        ['GetItem', 'PutItem'].map((name) => ofOperation(table, name, 'SystemErrors')),
      ),
    ],
  ];
}

function otherRows(settings: Settings): readonly Row[] {
  const dax: Row[] = [
    ['DAX hits and misses', [ofDax(settings, 'ItemCacheHits'), ofDax(settings, 'ItemCacheMisses')]],
    ['DAX evictions', [ofDax(settings, 'EvictedSize')], [ofDax(settings, 'CPUUtilization', 'Average')]],
  ];
  return [
    ...(settings.dax ? dax : []),
    [
      'Stream iterator age (ms)',
      [ofStream(settings, 'IteratorAge', 'Maximum')],
      [ofStream(settings, 'Errors', 'Sum')],
    ],
    [
      'Aurora',
      [ofDatabase(settings, 'ServerlessDatabaseCapacity', 'Average')],
      [ofDatabase(settings, 'DatabaseConnections', 'Sum')],
    ],
  ];
}
