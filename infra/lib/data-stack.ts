import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { BackupResource } from 'aws-cdk-lib/aws-backup';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { DatabaseCluster } from 'aws-cdk-lib/aws-rds';
import { Secret, type ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { backups } from './data/backups.ts';
import { auroraCluster } from './data/database.ts';
import { cacheAccess, cacheLayout } from './data/table-access.ts';
import { cacheTable, messagesTable } from './data/tables.ts';
import { useKey } from './keys-stack.ts';
import { namesOf } from './names.ts';
import type { NetworkStack } from './network-stack.ts';
import type { Settings } from './settings.ts';

export interface DataProps extends StackProps {
  readonly settings: Settings;
  readonly network: NetworkStack;
  readonly dataKey: IKey;
  readonly operationsKey: IKey;
}

/** What outlives every release: the database, both tables, their backups, and the secrets of the service. */
export class DataStack extends Stack {
  readonly database: DatabaseCluster;
  readonly cache: TableV2;
  readonly messages: TableV2;
  /** `{ username, password }` of the role that the service signs in as. */
  readonly databaseSecret: Secret;
  /** From which keys of cache entries are made unreadable. */
  readonly cacheKeySecret: Secret;
  /** As whom DAX calls DynamoDB; absent without DAX. */
  readonly daxRole: Role | undefined;

  private readonly props: DataProps;

  constructor(scope: Construct, id: string, props: DataProps) {
    super(scope, id, props);
    this.props = props;
    const { settings, network } = props;
    const key = useKey(this, props.dataKey);
    const logsKey = useKey(this, props.operationsKey);
    this.daxRole = settings.dax ? this.daxAccess() : undefined;
    const tables = {
      settings,
      key,
      dynamoEndpointId: network.dynamoEndpointId,
      daxRoleArn: this.daxRole?.roleArn,
    };
    this.cache = cacheTable(this, tables);
    this.messages = messagesTable(this, tables);
    const { vpc, groups } = network;
    this.database = auroraCluster(this, { settings, vpc, securityGroup: groups.database, key, logsKey });
    backups(this, {
      settings,
      key,
      sources: [
        BackupResource.fromArn(this.messages.tableArn),
        BackupResource.fromRdsDatabaseCluster(this.database),
      ],
    });
    new CfnOutput(this, 'DatabaseArn', { value: this.database.clusterArn });
    new CfnOutput(this, 'OwnerSecretArn', { value: this.ownerSecret.secretArn });
    const { databaseRole: username } = namesOf(settings);
    this.databaseSecret = this.secret('DatabaseSecret', 'database', { username });
    this.cacheKeySecret = this.secret('CacheKeySecret', 'cache-key', {});
    const rotation = ['AwsSolutions-SMG4', 'HIPAA.Security-SecretsManagerRotationEnabled'];
    acknowledge(
      this.databaseSecret,
      'Running tasks keep the password they began with, so it changes together with a deployment: docs/runbook.md#rotate-the-database-password.',
      ...rotation,
    );
    acknowledge(
      this.cacheKeySecret,
      'It protects no data but the spelling of cache keys, and changing it empties the cache: docs/runbook.md#rotate-the-cache-key.',
      ...rotation,
    );
  }

  /** `{ username, password }` of the owner of the tables, kept and rotated by RDS. */
  get ownerSecret(): ISecret {
    const { secret } = this.database;
    if (secret === undefined) throw new Error('The database has no secret for its owner.');
    return secret;
  }

  /**
   * Made here and not by the DAX stack, because the tables' policies name it. Whom it trusts is as AWS documents it, without
   * conditions: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.access-control.html.
   */
  private daxAccess(): Role {
    const { settings, dataKey } = this.props;
    const access = new ManagedPolicy(this, 'DaxAccess', {
      statements: [...cacheAccess(this, settings, useKey(this, dataKey)), cacheLayout(this, settings)],
    });
    return new Role(this, 'DaxRole', {
      assumedBy: new ServicePrincipal('dax.amazonaws.com'),
      maxSessionDuration: Duration.hours(1),
      managedPolicies: [access],
    });
  }

  private secret(id: string, name: string, template: Readonly<Record<string, string>>): Secret {
    return new Secret(this, id, {
      secretName: `careline/${this.props.settings.stage}/${name}`,
      encryptionKey: useKey(this, this.props.dataKey),
      generateSecretString: {
        secretStringTemplate: JSON.stringify(template),
        generateStringKey: 'password',
        passwordLength: 48,
        excludePunctuation: true,
      },
    });
  }
}
