import { Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { namesOf } from '../names.ts';
import { PORTS } from '../network/security-groups.ts';
import {
  CA_BUNDLE,
  commonEnvironment,
  databaseUrl,
  serviceAccess,
  serviceEnvironment,
  type ServiceSources,
} from './environment.ts';

interface TasksProps {
  readonly sources: ServiceSources;
  readonly logsKey: IKey;
}

const SIZE = { cpu: 1024, memoryLimitMiB: 2048 } as const;

/** Task definitions of the one image: the service, and the migrations, which sign in as the owner of the tables. */
export class Tasks extends Construct {
  private readonly props: TasksProps;
  private readonly image: ecs.ContainerImage;

  constructor(scope: Construct, id: string, props: TasksProps) {
    super(scope, id);
    this.props = props;
    const { imageRepository, imageDigest } = props.sources.settings;
    const repository = Repository.fromRepositoryName(this, 'Repository', imageRepository);
    this.image = ecs.ContainerImage.fromEcrRepository(repository, imageDigest);
  }

  service(): ecs.FargateTaskDefinition {
    const { sources } = this.props;
    const { data } = sources;
    const stack = Stack.of(this);
    const definition = this.definition('Service', 'service', {
      environment: {
        ...serviceEnvironment(sources, stack.region),
        HOST: '0.0.0.0',
        PORT: String(PORTS.service),
      },
      secrets: {
        PGPASSWORD: ecs.Secret.fromSecretsManager(data.databaseSecret, 'password'),
        CACHE_KEY_SECRET: ecs.Secret.fromSecretsManager(data.cacheKeySecret, 'password'),
      },
      portMappings: [{ containerPort: PORTS.service }],
    });
    for (const statement of serviceAccess(stack, sources)) definition.addToTaskRolePolicy(statement);
    return definition;
  }

  /** Run by hand, or by what deploys, before the service that needs it: docs/deploy.md. It may do nothing in AWS. */
  migration(): ecs.FargateTaskDefinition {
    const { sources } = this.props;
    const { data, settings } = sources;
    const { databaseAdmin, database } = namesOf(settings);
    return this.definition('Migration', 'migration', {
      command: ['node', 'dist/cli/main.js', 'db', 'migrate'],
      environment: {
        ...commonEnvironment(sources, Stack.of(this).region),
        DATABASE_URL: databaseUrl(data, databaseAdmin, database),
      },
      secrets: { PGPASSWORD: ecs.Secret.fromSecretsManager(data.ownerSecret, 'password') },
    });
  }

  private definition(
    id: string,
    name: string,
    container: Pick<ecs.ContainerDefinitionOptions, 'command' | 'environment' | 'secrets' | 'portMappings'>,
  ): ecs.FargateTaskDefinition {
    const { sources, logsKey } = this.props;
    const { stage } = sources.settings;
    const definition = new ecs.FargateTaskDefinition(this, id, {
      family: `careline-${stage}-${name}`,
      ...SIZE,
      runtimePlatform: {
        cpuArchitecture: ecs.CpuArchitecture.X86_64,
        operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
      },
    });
    const logGroup = new LogGroup(this, `${id}Logs`, {
      logGroupName: `${namesOf(sources.settings).logPrefix}${name}`,
      encryptionKey: logsKey,
      retention: RetentionDays.THREE_MONTHS,
    });
    definition.addContainer('Main', {
      image: this.image,
      readonlyRootFilesystem: true,
      linuxParameters: this.hardened(id),
      logging: ecs.LogDrivers.awsLogs({
        logGroup,
        streamPrefix: name,
        mode: ecs.AwsLogDriverMode.NON_BLOCKING,
      }),
      ...container,
      environment: { ...container.environment, NODE_EXTRA_CA_CERTS: CA_BUNDLE.image },
    });
    this.explain(definition);
    return definition;
  }

  private hardened(id: string): ecs.LinuxParameters {
    const parameters = new ecs.LinuxParameters(this, `${id}Linux`, { initProcessEnabled: true });
    parameters.dropCapabilities(ecs.Capability.ALL);
    return parameters;
  }

  private explain(definition: ecs.FargateTaskDefinition): void {
    acknowledge(
      definition,
      'The two secrets come from Secrets Manager; what stands in the definition is names and addresses.',
      'AwsSolutions-ECS2',
    );
    acknowledge(
      definition,
      'The token of ECR knows no resource: AWS gives one for all repositories that the role may read.',
      'AwsSolutions-IAM5[Resource::*]',
    );
  }
}
