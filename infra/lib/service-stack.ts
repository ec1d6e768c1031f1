import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Cluster } from 'aws-cdk-lib/aws-ecs';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { useKey } from './keys-stack.ts';
import type { DaxStack } from './dax-stack.ts';
import type { NetworkStack } from './network-stack.ts';
import type { ServiceSources } from './service/environment.ts';
import { FargateService } from './service/fargate-service.ts';
import { HttpFunction } from './service/http-function.ts';
import { Tasks } from './service/tasks.ts';

export interface ServiceProps extends StackProps {
  readonly sources: ServiceSources;
  readonly network: NetworkStack;
  readonly cluster: Cluster;
  readonly dax: DaxStack | undefined;
  readonly operationsKey: IKey;
}

/** What DAX asks a caller for, by the calls of the cache's store. */
const DAX_ACTIONS = [
  'dax:GetItem',
  'dax:BatchGetItem',
  'dax:Query',
  'dax:PutItem',
  'dax:BatchWriteItem',
  'dax:DeleteItem',
];

/** The service, on Fargate or as a function. */
export class ServiceStack extends Stack {
  readonly fargate: FargateService | undefined;
  readonly http: HttpFunction | undefined;

  constructor(scope: Construct, id: string, props: ServiceProps) {
    super(scope, id, props);
    const { network, cluster } = props;
    const sources = { ...props.sources, dataKey: useKey(this, props.sources.dataKey) };
    const logsKey = useKey(this, props.operationsKey);
    const { settings } = sources;
    if (settings.compute === 'fargate') {
      const taskDefinition = new Tasks(this, 'Tasks', { sources, logsKey }).service();
      this.daxAccess(props).forEach((statement) => taskDefinition.addToTaskRolePolicy(statement));
      this.fargate = new FargateService(this, 'Fargate', { settings, network, cluster, taskDefinition });
      new CfnOutput(this, 'Address', { value: this.fargate.loadBalancer.loadBalancerDnsName });
    } else {
      this.http = new HttpFunction(this, 'Lambda', { sources, network, logsKey });
      this.daxAccess(props).forEach((statement) => this.http?.function.role.addToPolicy(statement));
      new CfnOutput(this, 'Address', { value: this.http.api.apiEndpoint });
    }
  }

  private daxAccess({ dax }: ServiceProps): PolicyStatement[] {
    if (dax === undefined) return [];
    return [new PolicyStatement({ sid: 'Dax', actions: DAX_ACTIONS, resources: [dax.clusterArn] })];
  }
}
