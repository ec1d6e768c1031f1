import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as rds from 'aws-cdk-lib/aws-rds';
import type { Construct } from 'constructs';
import { acknowledge, managedPolicyFinding } from '../acknowledge.ts';
import { namesOf } from '../names.ts';
import type { Settings } from '../settings.ts';

export interface DatabaseProps {
  readonly settings: Settings;
  readonly vpc: IVpc;
  readonly securityGroup: ISecurityGroup;
  readonly key: IKey;
  readonly logsKey: IKey;
}

const ENGINE = rds.DatabaseClusterEngine.auroraPostgres({
  version: rds.AuroraPostgresEngineVersion.VER_18_4,
});
/** Aurora capacity units; half a one is the least that never pauses: LISTEN needs a server that is awake. */
const MIN_ACU = 0.5;
const MAX_ACU = 16;

/** Aurora PostgreSQL Serverless v2: a writer, and a reader in the other zone that takes over when it fails. */
export function auroraCluster(scope: Construct, props: DatabaseProps): rds.DatabaseCluster {
  const names = namesOf(props.settings);
  const logs = new LogGroup(scope, 'DatabaseLogs', {
    logGroupName: `/aws/rds/cluster/${names.databaseCluster}/postgresql`,
    encryptionKey: props.logsKey,
    retention: RetentionDays.ONE_YEAR,
  });
  const cluster = new rds.DatabaseCluster(scope, 'Database', {
    engine: ENGINE,
    clusterIdentifier: names.databaseCluster,
    defaultDatabaseName: names.database,
    credentials: rds.Credentials.fromUsername(names.databaseAdmin, { encryptionKey: props.key }),
    manageMasterUserPassword: true,
    vpc: props.vpc,
    vpcSubnets: { subnetGroupName: 'Data' },
    securityGroups: [props.securityGroup],
    serverlessV2MinCapacity: MIN_ACU,
    serverlessV2MaxCapacity: MAX_ACU,
    writer: rds.ClusterInstance.serverlessV2('Writer', instance(props)),
    readers: [rds.ClusterInstance.serverlessV2('Reader', { ...instance(props), scaleWithWriter: true })],
    parameterGroup: parameters(scope),
    iamAuthentication: true,
    enableDataApi: true,
    storageEncrypted: true,
    storageEncryptionKey: props.key,
    deletionProtection: true,
    removalPolicy: RemovalPolicy.SNAPSHOT,
    backup: { retention: Duration.days(35) },
    copyTagsToSnapshot: true,
    cloudwatchLogsExports: ['postgresql'],
    monitoringInterval: Duration.minutes(1),
  });
  cluster.node.addDependency(logs);
  acknowledge(
    cluster,
    'Of Aurora, the cluster is backed up and not its instances: it is in the plan of this stack.',
    'HIPAA.Security-RDSInBackupPlan',
  );
  acknowledge(
    cluster,
    'The policy that AWS maintains for enhanced monitoring writes to the one log group of that name, RDSOSMetrics.',
    managedPolicyFinding('service-role/AmazonRDSEnhancedMonitoringRole'),
  );
  return cluster;
}

function instance({ key }: DatabaseProps): rds.ServerlessV2ClusterInstanceProps {
  return {
    publiclyAccessible: false,
    autoMinorVersionUpgrade: true,
    enablePerformanceInsights: true,
    performanceInsightEncryptionKey: key,
  };
}

/** TLS or nothing; and no statement in the logs, because statements quote clinical data. */
function parameters(scope: Construct): rds.ParameterGroup {
  return new rds.ParameterGroup(scope, 'DatabaseParameters', {
    engine: ENGINE,
    parameters: {
      'rds.force_ssl': '1',
      log_connections: '1',
      log_disconnections: '1',
      log_statement: 'none',
      log_min_duration_statement: '-1',
      log_min_error_statement: 'panic',
      log_parameter_max_length: '0',
      log_parameter_max_length_on_error: '0',
    },
  });
}
