/**
 * List prices of eu-central-1, on demand, in US dollars, without free tiers, as they were read when this was written. They
 * change: correct them here, and run `node cost/main.ts`.
 * https://aws.amazon.com/dynamodb/pricing/on-demand/, /rds/aurora/pricing/, /fargate/pricing/,
 * /elasticloadbalancing/pricing/, /privatelink/pricing/, /cloudtrail/pricing/
 */
export const PRICES = {
  millionReadUnits: 0.1525,
  millionWriteUnits: 0.7625,
  /** A node of dax.r5.large. */
  daxNodeHour: 0.306,
  /** Aurora capacity unit, Serverless v2, standard storage. */
  acuHour: 0.14,
  fargateCpuHour: 0.04656,
  fargateGbHour: 0.00511,
  balancerHour: 0.027,
  /** An interface endpoint in one zone. */
  endpointHour: 0.012,
  millionDataEvents: 1,
} as const;

export const HOURS_A_MONTH = 730;
