import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Says why findings of a rule pack are right as they are, for a construct and everything in it.
 * @param rules such as `AwsSolutions-EC23`, or `AwsSolutions-IAM4[Policy::…]` for one finding of several
 */
export function acknowledge(construct: IConstruct, reason: string, ...rules: readonly string[]): void {
  Validations.of(construct).acknowledge(
    ...rules.map((rule) => ({ id: `${rule.slice(0, rule.indexOf('-'))}::${rule}`, reason })),
  );
}

/** The finding about a policy that AWS maintains. */
export function managedPolicyFinding(name: string): string {
  return `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${name}]`;
}
