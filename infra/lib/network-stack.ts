import { Fn, Stack, type StackProps } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { useKey } from './keys-stack.ts';
import { dynamoGateway, imageLayerGateway, interfaceEndpoints } from './network/endpoints.ts';
import { SecurityGroups } from './network/security-groups.ts';
import { namesOf } from './names.ts';
import type { Settings } from './settings.ts';

export interface NetworkProps extends StackProps {
  readonly settings: Settings;
  readonly logsKey: IKey;
}

/**
 * Two zones, no NAT: what the service calls, it calls through VPC endpoints, and there is no way to anything else. Public
 * subnets are there for the load balancer alone; with Lambda there are none, and no internet gateway either.
 */
export class NetworkStack extends Stack {
  readonly vpc: ec2.Vpc;
  readonly groups: SecurityGroups;
  readonly dynamoEndpointId: string;

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id, props);
    const { settings } = props;
    const withPublic = settings.compute === 'fargate';
    this.vpc = new ec2.Vpc(this, 'Vpc', {
      ipAddresses: ec2.IpAddresses.cidr('10.40.0.0/16'),
      maxAzs: 2,
      natGateways: 0,
      restrictDefaultSecurityGroup: true,
      subnetConfiguration: [
        ...(withPublic
          ? [
              {
                name: 'Public',
                subnetType: ec2.SubnetType.PUBLIC,
                cidrMask: 24,
                mapPublicIpOnLaunch: false,
              },
            ]
          : []),
        { name: 'Service', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 20 },
        { name: 'Data', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
      ],
      flowLogs: { All: { destination: this.flowLogs(props), trafficType: ec2.FlowLogTrafficType.ALL } },
    });
    acknowledge(
      this.vpc,
      'Public subnets hold the load balancer alone, which clients reach over the internet.',
      'HIPAA.Security-VPCNoUnrestrictedRouteToIGW',
    );
    this.groups = new SecurityGroups(this, 'Groups', {
      vpc: this.vpc,
      withLoadBalancer: withPublic,
      withDax: settings.dax,
    });
    this.dynamoEndpointId = dynamoGateway(this.vpc, settings).vpcEndpointId;
    imageLayerGateway(this.vpc);
    interfaceEndpoints(this.vpc, this.groups.endpoints);
  }

  /** The first two of the region, whichever the account has: asking AWS for them would need an account to synthesise. */
  override get availabilityZones(): string[] {
    return [Fn.select(0, Fn.getAzs(this.region)), Fn.select(1, Fn.getAzs(this.region))];
  }

  private flowLogs({ settings, logsKey }: NetworkProps): ec2.FlowLogDestination {
    return ec2.FlowLogDestination.toCloudWatchLogs(
      new LogGroup(this, 'FlowLogs', {
        logGroupName: `${namesOf(settings).logPrefix}flows`,
        encryptionKey: useKey(this, logsKey),
        retention: RetentionDays.THREE_MONTHS,
      }),
    );
  }
}
