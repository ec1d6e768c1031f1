import { Duration } from 'aws-cdk-lib';
import { Metric, type MetricProps } from 'aws-cdk-lib/aws-cloudwatch';
import { namesOf } from '../names.ts';
import type { Settings } from '../settings.ts';

const PERIOD = Duration.minutes(1);

/** The namespace of what the service says itself: `METRICS_EMF`. */
export function emfNamespace({ stage }: Pick<Settings, 'stage'>): string {
  return `Careline/${stage}`;
}

/** Names of `src/metrics/emf/emf-metrics.ts`; a test holds them together. */
export function ofService(settings: Settings, metricName: string, statistic: string): Metric {
  return new Metric({
    namespace: emfNamespace(settings),
    metricName,
    statistic,
    period: PERIOD,
    label: metricName,
  });
}

export function ofAws(
  namespace: string,
  metricName: string,
  dimensionsMap: MetricProps['dimensionsMap'],
  statistic: string,
  label = metricName,
): Metric {
  return new Metric({ namespace, metricName, dimensionsMap, statistic, period: PERIOD, label });
}

export function tablesOf(settings: Settings): readonly string[] {
  const { cacheTable, messagesTable } = namesOf(settings);
  return [cacheTable, messagesTable];
}

export function ofTable(table: string, metricName: string, statistic = 'Sum'): Metric {
  return ofAws('AWS/DynamoDB', metricName, { TableName: table }, statistic, `${table} ${metricName}`);
}

/** Throttled and failed requests are told by operation. */
export function ofOperation(table: string, operation: string, metricName: string): Metric {
  return ofAws(
    'AWS/DynamoDB',
    metricName,
    { TableName: table, Operation: operation },
    'Sum',
    `${table} ${operation}`,
  );
}

export function ofDax(settings: Settings, metricName: string, statistic = 'Sum'): Metric {
  return ofAws('AWS/DAX', metricName, { ClusterId: `careline-${settings.stage}` }, statistic);
}

export function ofStream(settings: Settings, metricName: string, statistic: string): Metric {
  return ofAws(
    'AWS/Lambda',
    metricName,
    { FunctionName: `careline-${settings.stage}-messaging-stream` },
    statistic,
  );
}

export function ofDatabase(settings: Settings, metricName: string, statistic: string): Metric {
  return ofAws('AWS/RDS', metricName, { DBClusterIdentifier: namesOf(settings).databaseCluster }, statistic);
}
