import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';

/** Something that an alarm is for. */
export interface Watch {
  readonly id: string;
  /** The section of docs/runbook.md that says what to do. */
  readonly anchor: string;
  readonly what: string;
  /** Read minute by minute, whatever its own period. One metric and no expression: where one of its terms is missing, it has no value. */
  readonly metric: Metric;
  readonly threshold: number;
  /** For how many minutes in a row before it rings. */
  readonly minutes: number;
  readonly below?: boolean;
  /** Silence rings, too: for what is told every minute while all is well. */
  readonly silenceRings?: boolean;
}
