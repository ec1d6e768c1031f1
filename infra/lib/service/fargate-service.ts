import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { NetworkStack } from '../network-stack.ts';
import { PORTS } from '../network/security-groups.ts';
import type { Settings } from '../settings.ts';

interface FargateServiceProps {
  readonly settings: Settings;
  readonly network: NetworkStack;
  readonly cluster: ecs.Cluster;
  readonly taskDefinition: ecs.FargateTaskDefinition;
}

/** Instances. Two at least, in two zones; the most is what the database's connections and NOTIFY carry: docs/deploy.md. */
export const CAPACITY = { min: 2, max: 12 } as const;
const CPU_TARGET_PERCENT = 60;

/** The service on Fargate, behind a load balancer that speaks TLS. */
export class FargateService extends Construct {
  readonly service: ecs.FargateService;
  readonly loadBalancer: elb.ApplicationLoadBalancer;
  readonly targetGroup: elb.ApplicationTargetGroup;

  constructor(scope: Construct, id: string, props: FargateServiceProps) {
    super(scope, id);
    this.service = this.run(props);
    this.loadBalancer = this.balance(props);
    this.targetGroup = this.listen(props.settings);
    this.service
      .autoScaleTaskCount({ minCapacity: CAPACITY.min, maxCapacity: CAPACITY.max })
      .scaleOnCpuUtilization('Cpu', {
        targetUtilizationPercent: CPU_TARGET_PERCENT,
        scaleInCooldown: Duration.minutes(5),
        scaleOutCooldown: Duration.minutes(1),
      });
  }

  private run({ cluster, taskDefinition, network, settings }: FargateServiceProps): ecs.FargateService {
    return new ecs.FargateService(this, 'Service', {
      serviceName: `careline-${settings.stage}`,
      cluster,
      taskDefinition,
      desiredCount: CAPACITY.min,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { enable: true, rollback: true },
      availabilityZoneRebalancing: ecs.AvailabilityZoneRebalancing.ENABLED,
      assignPublicIp: false,
      vpcSubnets: { subnetGroupName: 'Service' },
      securityGroups: [network.groups.service],
      healthCheckGracePeriod: Duration.seconds(60),
    });
  }

  private balance({ network, settings }: FargateServiceProps): elb.ApplicationLoadBalancer {
    const { vpc, groups } = network;
    const balancer = new elb.ApplicationLoadBalancer(this, 'LoadBalancer', {
      loadBalancerName: `careline-${settings.stage}`,
      vpc,
      internetFacing: true,
      vpcSubnets: { subnetGroupName: 'Public' },
      securityGroup: groups.loadBalancer,
      deletionProtection: true,
      dropInvalidHeaderFields: true,
      desyncMitigationMode: elb.DesyncMitigationMode.STRICTEST,
      // Longer than the pause between two heart-beats of an event stream.
      idleTimeout: Duration.minutes(2),
    });
    balancer.logAccessLogs(this.accessLogs());
    acknowledge(
      balancer.addRedirect({ open: false }),
      'It answers with the redirect to HTTPS and nothing else, so it has nothing to encrypt.',
      'HIPAA.Security-ELBv2ACMCertificateRequired',
    );
    return balancer;
  }

  private listen(settings: Settings): elb.ApplicationTargetGroup {
    const https = this.loadBalancer.addListener('Https', {
      port: PORTS.https,
      open: false,
      protocol: elb.ApplicationProtocol.HTTPS,
      sslPolicy: elb.SslPolicy.TLS13_12_PQ,
      certificates: [Certificate.fromCertificateArn(this, 'Certificate', settings.certificateArn ?? '')],
    });
    return https.addTargets('Instances', {
      targets: [this.service],
      port: PORTS.service,
      protocol: elb.ApplicationProtocol.HTTP,
      healthCheck: { path: '/health/ready', interval: Duration.seconds(10), healthyThresholdCount: 2 },
      deregistrationDelay: Duration.seconds(15),
      loadBalancingAlgorithmType: elb.TargetGroupLoadBalancingAlgorithmType.LEAST_OUTSTANDING_REQUESTS,
    });
  }

  private accessLogs(): Bucket {
    const bucket = new Bucket(this, 'AccessLogs', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      lifecycleRules: [{ expiration: Duration.days(90), noncurrentVersionExpiration: Duration.days(7) }],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    acknowledge(
      bucket,
      'A load balancer writes its log to no bucket under a key of ours: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html.',
      'HIPAA.Security-S3DefaultEncryptionKMS',
    );
    acknowledge(
      bucket,
      'It holds the log of the load balancer for 90 days. A log of the log would need one as well, and no copy is worth its cost.',
      'AwsSolutions-S1',
      'HIPAA.Security-S3BucketLoggingEnabled',
      'HIPAA.Security-S3BucketReplicationEnabled',
    );
    return bucket;
  }
}
