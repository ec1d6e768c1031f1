import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { useKey } from './keys-stack.ts';
import type { NetworkStack } from './network-stack.ts';
import type { ServiceSources } from './service/environment.ts';
import { Tasks } from './service/tasks.ts';

export interface MigrationProps extends StackProps {
  readonly sources: ServiceSources;
  readonly network: NetworkStack;
  readonly operationsKey: IKey;
}

/**
 * The cluster, and the task that migrates the database with the image of a release. The service's stack waits for this
 * one, so that the task of a release can run before any instance of it: docs/deploy.md has the commands.
 */
export class MigrationStack extends Stack {
  readonly cluster: ecs.Cluster;

  constructor(scope: Construct, id: string, props: MigrationProps) {
    super(scope, id, props);
    const { network } = props;
    const sources = { ...props.sources, dataKey: useKey(this, props.sources.dataKey) };
    this.cluster = new ecs.Cluster(this, 'Cluster', {
      clusterName: `careline-${sources.settings.stage}`,
      vpc: network.vpc,
      containerInsightsV2: ecs.ContainerInsights.ENABLED,
    });
    const tasks = new Tasks(this, 'Tasks', { sources, logsKey: useKey(this, props.operationsKey) });
    const definition = tasks.migration();
    new CfnOutput(this, 'EcsCluster', { value: this.cluster.clusterName });
    new CfnOutput(this, 'Task', { value: definition.taskDefinitionArn });
    new CfnOutput(this, 'Subnets', {
      value: network.vpc.selectSubnets({ subnetGroupName: 'Service' }).subnetIds.join(','),
    });
    new CfnOutput(this, 'SecurityGroup', { value: network.groups.service.securityGroupId });
  }
}
