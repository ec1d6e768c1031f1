import { Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import { AnyPrincipal, Effect, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { namesOf } from '../names.ts';
import type { Settings } from '../settings.ts';
import { DATA_ACTIONS, UNUSED_DATA_ACTIONS } from './table-actions.ts';

export interface TablesProps {
  readonly settings: Settings;
  readonly key: IKey;
  readonly dynamoEndpointId: string;
  /** DAX comes from its own network, not through our endpoint. */
  readonly daxRoleArn: string | undefined;
}

/** Entries die by `ttl`. No backup and no point-in-time recovery: nothing in it is a source, and it may be dropped at any time. */
export function cacheTable(scope: Construct, props: TablesProps): dynamodb.TableV2 {
  return new dynamodb.TableV2(scope, 'Cache', {
    tableName: namesOf(props.settings).cacheTable,
    partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
    sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
    timeToLiveAttribute: 'ttl',
    billing: dynamodb.Billing.onDemand(),
    encryption: dynamodb.TableEncryptionV2.customerManagedKey(props.key),
    deletionProtection: true,
    resourcePolicy: onlyThroughTheEndpoint(scope, props),
  });
}

/**
 * A replica in the standby region, where there is one: a copy that is never read while this region works, because reads
 * of another region's writes are not strongly consistent.
 */
export function messagesTable(scope: Construct, props: TablesProps): dynamodb.TableV2 {
  const { standbyRegion } = props.settings;
  const key = standbyKeyArn(scope, props.settings);
  return new dynamodb.TableV2(scope, 'Messages', {
    tableName: namesOf(props.settings).messagesTable,
    partitionKey: { name: 'PK', type: dynamodb.AttributeType.STRING },
    sortKey: { name: 'SK', type: dynamodb.AttributeType.STRING },
    localSecondaryIndexes: [
      {
        indexName: 'by-recency',
        sortKey: { name: 'recency', type: dynamodb.AttributeType.STRING },
        projectionType: dynamodb.ProjectionType.ALL,
      },
    ],
    timeToLiveAttribute: 'ttl',
    dynamoStream: dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
    billing: dynamodb.Billing.onDemand(),
    encryption: dynamodb.TableEncryptionV2.customerManagedKey(
      props.key,
      standbyRegion === undefined ? undefined : { [standbyRegion]: key },
    ),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true, recoveryPeriodInDays: 35 },
    deletionProtection: true,
    resourcePolicy: onlyThroughTheEndpoint(scope, props),
    replicas:
      standbyRegion === undefined
        ? []
        : [{ region: standbyRegion, deletionProtection: true, resourcePolicy: nobody(scope) }],
  });
}

/** By alias: the key is made by the standby's stack, and CloudFormation has no references between regions. */
function standbyKeyArn(scope: Construct, settings: Settings): string {
  return Stack.of(scope).formatArn({
    service: 'kms',
    region: settings.standbyRegion ?? '',
    resource: namesOf(settings).standbyKeyAlias,
  });
}

/** Items are read and written through our VPC endpoint or not at all, whatever an identity's own policies allow. */
function onlyThroughTheEndpoint(scope: Construct, props: TablesProps): PolicyDocument {
  const { dynamoEndpointId, daxRoleArn } = props;
  return deny(scope, daxRoleArn === undefined ? [] : [daxRoleArn], {
    StringNotEquals: { 'aws:SourceVpce': dynamoEndpointId },
  });
}

/** Of a replica: until its region takes over, it is written by replication and read by no one. */
function nobody(scope: Construct): PolicyDocument {
  return deny(scope, [], {});
}

/** Not barred: AWS itself (expiry, replication, backups work under service-linked roles), and whoever manages the table. */
function deny(
  scope: Construct,
  exceptRoles: readonly string[],
  conditions: Readonly<Record<string, unknown>>,
): PolicyDocument {
  const { partition, account } = Stack.of(scope);
  const serviceLinked = `arn:${partition}:iam::${account}:role/aws-service-role/*`;
  return new PolicyDocument({
    statements: [
      new PolicyStatement({
        sid: 'DenyItems',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: [...DATA_ACTIONS, ...UNUSED_DATA_ACTIONS],
        // In the policy of a table, `*` is this table and its indexes; its own ARN would be a circle.
        resources: ['*'],
        conditions: {
          ...conditions,
          BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
          ArnNotLike: { 'aws:PrincipalArn': [serviceLinked, ...exceptRoles] },
        },
      }),
    ],
  });
}
