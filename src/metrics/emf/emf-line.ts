import { EMF_METRICS, type EmfMetric, type EmfValues } from './emf-metrics.js';

/**
 * One line in CloudWatch's embedded metric format, from which CloudWatch Logs makes metrics by itself:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html.
 * Without dimensions: each would be paid for with every one of its values.
 */
export function emfLine(namespace: string, atMs: number, values: EmfValues): string {
  const given = Object.entries(values).filter(([, value]) => Number.isFinite(value)) as [EmfMetric, number][];
  return `${JSON.stringify({
    _aws: {
      Timestamp: atMs,
      CloudWatchMetrics: [
        {
          Namespace: namespace,
          Dimensions: [[]],
          Metrics: given.map(([Name]) => ({ Name, Unit: EMF_METRICS[Name] })),
        },
      ],
    },
    ...Object.fromEntries(given),
  })}\n`;
}
