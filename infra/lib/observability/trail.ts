import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { namesOf, tableArn } from '../names.ts';
import type { Settings } from '../settings.ts';
import { tablesOf } from './metrics.ts';

interface TrailProps {
  readonly settings: Settings;
  readonly key: IKey;
}

/** Who read or wrote which item of our tables, and when. Answers of DAX from its own memory are in no trail. */
export class DataTrail extends Construct {
  constructor(scope: Construct, id: string, { settings, key }: TrailProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const trailName = `careline-${settings.stage}`;
    const trailArn = stack.formatArn({ service: 'cloudtrail', resource: 'trail', resourceName: trailName });
    const bucket = this.bucket(trailArn);
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `${namesOf(settings).logPrefix}trail`,
      encryptionKey: key,
      retention: RetentionDays.ONE_YEAR,
    });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('cloudtrail.amazonaws.com') });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
    const trail = new CfnTrail(this, 'Trail', {
      trailName,
      isLogging: true,
      s3BucketName: bucket.bucketName,
      kmsKeyId: key.keyArn,
      enableLogFileValidation: true,
      cloudWatchLogsLogGroupArn: logGroup.logGroupArn,
      cloudWatchLogsRoleArn: role.roleArn,
      advancedEventSelectors: [
        {
          name: 'Items of our tables',
          fieldSelectors: [
            { field: 'eventCategory', equalTo: ['Data'] },
            { field: 'resources.type', equalTo: ['AWS::DynamoDB::Table'] },
            { field: 'resources.ARN', equalTo: tablesOf(settings).map((table) => tableArn(stack, table)) },
          ],
        },
      ],
    });
    trail.node.addDependency(bucket, role);
  }

  private bucket(trailArn: string): Bucket {
    const bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      lifecycleRules: [
        { expiration: Duration.days(6 * 365), noncurrentVersionExpiration: Duration.days(30) },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const trail = [new ServicePrincipal('cloudtrail.amazonaws.com')];
    const ours = { 'aws:SourceArn': trailArn };
    bucket.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: trail,
        actions: ['s3:GetBucketAcl'],
        resources: [bucket.bucketArn],
        conditions: { StringEquals: ours },
      }),
    );
    bucket.addToResourcePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        principals: trail,
        actions: ['s3:PutObject'],
        resources: [bucket.arnForObjects(`AWSLogs/${Stack.of(this).account}/*`)],
        conditions: { StringEquals: { ...ours, 's3:x-amz-acl': 'bucket-owner-full-control' } },
      }),
    );
    acknowledge(
      bucket,
      'The files of the trail are encrypted with our key by CloudTrail itself before they come here.',
      'HIPAA.Security-S3DefaultEncryptionKMS',
    );
    acknowledge(
      bucket,
      'It is a log itself, whose files are validated by their digests; a log of the log would need one as well.',
      'AwsSolutions-S1',
      'HIPAA.Security-S3BucketLoggingEnabled',
      'HIPAA.Security-S3BucketReplicationEnabled',
    );
    return bucket;
  }
}
