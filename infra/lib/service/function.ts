import { ArnFormat, type Duration, Stack } from 'aws-cdk-lib';
import { Effect, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { namesOf } from '../names.ts';
import type { NetworkStack } from '../network-stack.ts';
import { CA_BUNDLE, type ServiceSources } from './environment.ts';

export interface CarelineFunctionProps {
  readonly name: string;
  /** The folder of the bundle. */
  readonly bundle: string;
  readonly sources: ServiceSources;
  readonly network: NetworkStack;
  readonly logsKey: IKey;
  readonly access: readonly PolicyStatement[];
  readonly timeout: Duration;
  readonly memoryMb: number;
  /** Also the bound on its database connections. */
  readonly reservedConcurrency: number;
  /** Besides the password of the database and the authorities of its certificate. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What Lambda itself does with the role of a function in a VPC, and the function's code has no business with. */
const NETWORK_ACTIONS = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/**
 * The password in a secret, for the environment of a function. Lambda has no secrets there but what CloudFormation resolves
 * into it: they are encrypted with the data key, and shown to whoever may use that.
 */
export function secretText(secret: ISecret): string {
  return secret.secretValueFromJson('password').unsafeUnwrap();
}

/** A Lambda function of ours: in the VPC, with its own role, log and environment, the latter encrypted with the data key. */
export class CarelineFunction extends Construct {
  readonly handler: lambda.Function;
  readonly role: Role;
  private readonly props: CarelineFunctionProps;

  constructor(scope: Construct, id: string, props: CarelineFunctionProps) {
    super(scope, id);
    this.props = props;
    const { sources, network } = props;
    const functionName = `careline-${sources.settings.stage}-${props.name}`;
    const logGroup = this.logs();
    this.role = this.executionRole(functionName, logGroup);
    this.handler = new lambda.Function(this, 'Function', {
      functionName,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(props.bundle),
      handler: 'index.handler',
      role: this.role,
      logGroup,
      memorySize: props.memoryMb,
      timeout: props.timeout,
      reservedConcurrentExecutions: props.reservedConcurrency,
      vpc: network.vpc,
      vpcSubnets: { subnetGroupName: 'Service' },
      securityGroups: [network.groups.service],
      environment: this.environment(),
      environmentEncryption: sources.dataKey,
    });
  }

  private logs(): LogGroup {
    const { sources, name, logsKey } = this.props;
    return new LogGroup(this, 'Logs', {
      logGroupName: `${namesOf(sources.settings).logPrefix}${name}`,
      encryptionKey: logsKey,
      retention: RetentionDays.THREE_MONTHS,
    });
  }

  private environment(): Record<string, string> {
    const { sources, environment } = this.props;
    const { AWS_REGION: _reserved, ...given } = environment;
    return {
      ...given,
      PGPASSWORD: secretText(sources.data.databaseSecret),
      NODE_EXTRA_CA_CERTS: CA_BUNDLE.lambda,
    };
  }

  private executionRole(functionName: string, logGroup: LogGroup): Role {
    const stack = Stack.of(this);
    const functionArn = stack.formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: functionName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const statements = [
      ...this.props.access,
      new PolicyStatement({
        sid: 'Logs',
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
      new PolicyStatement({ sid: 'Network', actions: NETWORK_ACTIONS, resources: ['*'] }),
      new PolicyStatement({
        sid: 'NetworkNotForTheCode',
        effect: Effect.DENY,
        actions: NETWORK_ACTIONS,
        resources: ['*'],
        conditions: { ArnEquals: { 'lambda:SourceFunctionArn': functionArn } },
      }),
    ];
    const policy = new ManagedPolicy(this, 'Access', { statements });
    acknowledge(
      policy,
      'Lambda makes the network interfaces of a VPC function with its role, and their names are not known before; the code itself is denied it.',
      'AwsSolutions-IAM5[Resource::*]',
    );
    return new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      managedPolicies: [policy],
    });
  }
}
