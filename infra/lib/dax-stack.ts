import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import * as dax from 'aws-cdk-lib/aws-dax';
import type { Construct } from 'constructs';
import type { DataStack } from './data-stack.ts';
import type { NetworkStack } from './network-stack.ts';
import type { Settings } from './settings.ts';

export interface DaxProps extends StackProps {
  readonly settings: Settings;
  readonly network: NetworkStack;
  readonly data: DataStack;
}

const NODE_TYPE = 'dax.r5.large';
/** AWS's least for production: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/DAX.concepts.cluster.html */
const NODES = 3;

/**
 * Entries never change once they are written, so an item may stay in DAX as long as it may live at all. Queries are
 * another matter: their answers grow with every version, so they are kept for no longer than a burst.
 */
const TTL = { item: Duration.hours(24), query: Duration.seconds(1) };

/** DynamoDB Accelerator in front of the cache table. Messages never go through it: their reads are strongly consistent. */
export class DaxStack extends Stack {
  readonly clusterArn: string;
  /** An address with its scheme, `daxs://…`: the attribute without URL is a name and a port, and says nothing of TLS. */
  readonly endpoint: string;

  constructor(scope: Construct, id: string, props: DaxProps) {
    super(scope, id, props);
    const { settings, network, data } = props;
    if (data.daxRole === undefined || network.groups.dax === undefined) {
      throw new Error('The data and network stacks were made without DAX.');
    }
    const name = `careline-${settings.stage}`;
    const subnets = new dax.CfnSubnetGroup(this, 'Subnets', {
      subnetGroupName: name,
      subnetIds: network.vpc.selectSubnets({ subnetGroupName: 'Data' }).subnetIds,
    });
    const parameters = new dax.CfnParameterGroup(this, 'Parameters', {
      parameterGroupName: name,
      parameterNameValues: {
        'record-ttl-millis': String(TTL.item.toMilliseconds()),
        'query-ttl-millis': String(TTL.query.toMilliseconds()),
      },
    });
    const cluster = new dax.CfnCluster(this, 'Cluster', {
      clusterName: name,
      nodeType: NODE_TYPE,
      replicationFactor: NODES,
      iamRoleArn: data.daxRole.roleArn,
      subnetGroupName: subnets.ref,
      parameterGroupName: parameters.ref,
      securityGroupIds: [network.groups.dax.securityGroupId],
      sseSpecification: { sseEnabled: true },
      clusterEndpointEncryptionType: 'TLS',
    });
    this.clusterArn = cluster.attrArn;
    this.endpoint = cluster.attrClusterDiscoveryEndpointUrl;
  }
}
