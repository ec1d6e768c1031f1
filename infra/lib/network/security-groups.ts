import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';

/** TCP ports. DAX speaks TLS on 9111. */
export const PORTS = { https: 443, http: 80, service: 3000, postgres: 5432, daxTls: 9111 } as const;

interface SecurityGroupsProps {
  readonly vpc: ec2.IVpc;
  readonly withLoadBalancer: boolean;
  readonly withDax: boolean;
}

/** Who may talk to whom, all in one place: nothing else is open, in either direction. */
export class SecurityGroups extends Construct {
  readonly service: ec2.SecurityGroup;
  readonly database: ec2.SecurityGroup;
  readonly endpoints: ec2.SecurityGroup;
  readonly dax: ec2.SecurityGroup | undefined;
  readonly loadBalancer: ec2.SecurityGroup | undefined;

  private readonly props: SecurityGroupsProps;

  constructor(scope: Construct, id: string, props: SecurityGroupsProps) {
    super(scope, id);
    this.props = props;
    this.service = this.group('Service', 'The service and what works for it');
    this.database = this.group('Database', 'Aurora');
    this.endpoints = this.group('Endpoints', 'Interface endpoints');
    this.dax = props.withDax ? this.group('Dax', 'The DAX cluster') : undefined;
    this.loadBalancer = props.withLoadBalancer ? this.group('LoadBalancer', 'The load balancer') : undefined;
    this.connect();
  }

  private group(id: string, description: string): ec2.SecurityGroup {
    return new ec2.SecurityGroup(this, id, { vpc: this.props.vpc, description, allowAllOutbound: false });
  }

  private connect(): void {
    join(this.service, this.database, PORTS.postgres, 'PostgreSQL');
    join(this.service, this.endpoints, PORTS.https, 'AWS by interface endpoints');
    if (this.dax !== undefined) join(this.service, this.dax, PORTS.daxTls, 'DAX over TLS');
    // Gateway endpoints have no security group, and the prefix list of DynamoDB is another in every region. The route
    // tables know no other way out.
    this.service.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(PORTS.https), 'Gateway endpoints');
    if (this.loadBalancer !== undefined) {
      acknowledge(
        this.loadBalancer,
        'It is what clients come to: TLS on 443, and on 80 nothing but the redirect to it.',
        'AwsSolutions-EC23',
      );
      for (const port of [PORTS.https, PORTS.http]) {
        this.loadBalancer.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(port), 'Clients');
      }
      join(this.loadBalancer, this.service, PORTS.service, 'Requests');
    }
  }
}

function join(from: ec2.SecurityGroup, to: ec2.SecurityGroup, port: number, why: string): void {
  to.addIngressRule(from, ec2.Port.tcp(port), why);
  from.addEgressRule(to, ec2.Port.tcp(port), why);
}
