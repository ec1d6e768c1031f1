import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key, type IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { logGroupArn, namesOf } from './names.ts';
import type { Settings } from './settings.ts';

/** `key` as another stack uses it: grants go to the policies of roles, and never back into the key's own, which would be a circle. */
export function useKey(stack: Stack, key: IKey): IKey {
  const id = `Use${key.node.id}Key`;
  return (stack.node.tryFindChild(id) as IKey | undefined) ?? Key.fromKeyArn(stack, id, key.keyArn);
}

/**
 * Two keys: whoever may read logs need not be able to read data. Both are rotated every year, and outlive the stack: a
 * deleted key makes every backup unreadable.
 */
export class KeysStack extends Stack {
  /** Tables, database, backups, secrets. */
  readonly data: Key;
  /** Logs, trails, alarms, queues. */
  readonly operations: Key;

  constructor(scope: Construct, id: string, props: StackProps & { readonly settings: Settings }) {
    super(scope, id, props);
    const { stage } = props.settings;
    this.data = this.key('Data', `careline-${stage}-data`);
    this.operations = this.key('Operations', `careline-${stage}-operations`);
    this.letLogsUse(this.operations, props.settings);
    this.letAlarmsUse(this.operations);
    this.letTrailUse(this.operations, stage);
  }

  private key(id: string, alias: string): Key {
    return new Key(this, id, {
      alias,
      enableKeyRotation: true,
      pendingWindow: Duration.days(30),
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  private letLogsUse(key: Key, settings: Settings): void {
    const groups = [
      `${namesOf(settings).logPrefix}*`,
      `/aws/rds/cluster/${namesOf(settings).databaseCluster}/*`,
    ];
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal(`logs.${this.region}.amazonaws.com`)],
        actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'],
        resources: ['*'],
        conditions: {
          ArnLike: { 'kms:EncryptionContext:aws:logs:arn': groups.map((name) => logGroupArn(this, name)) },
        },
      }),
    );
  }

  private letAlarmsUse(key: Key): void {
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
  }

  private letTrailUse(key: Key, stage: string): void {
    const trail = this.formatArn({
      service: 'cloudtrail',
      resource: 'trail',
      resourceName: `careline-${stage}`,
    });
    key.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudtrail.amazonaws.com')],
        actions: ['kms:GenerateDataKey', 'kms:DescribeKey'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceArn': trail } },
      }),
    );
  }
}
