import { Duration, Stack } from 'aws-cdk-lib';
import * as api from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { namesOf } from '../names.ts';
import type { NetworkStack } from '../network-stack.ts';
import { serviceAccess, serviceEnvironment, type ServiceSources } from './environment.ts';
import { CarelineFunction, secretText } from './function.ts';

interface HttpFunctionProps {
  readonly sources: ServiceSources;
  readonly network: NetworkStack;
  readonly logsKey: IKey;
}

/** At once: each instance has database connections of its own. */
const CONCURRENCY = 50;
const THROTTLE = { rateLimit: 1_000, burstLimit: 500 } as const;
/** From 1,769 MB on, a function has a whole core: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const MEMORY_MB = 1_769;

/** The service as a function behind an HTTP API. Without a feed it reads the versions of tags on every request. */
export class HttpFunction extends Construct {
  readonly api: api.HttpApi;
  readonly function: CarelineFunction;

  constructor(scope: Construct, id: string, props: HttpFunctionProps) {
    super(scope, id);
    const { sources } = props;
    const bundle = sources.settings.httpBundle;
    if (bundle === undefined) throw new Error('The settings name no bundle for HTTP.');
    this.function = new CarelineFunction(this, 'Http', {
      ...props,
      name: 'http',
      bundle,
      access: serviceAccess(Stack.of(this), sources),
      timeout: Duration.seconds(29),
      memoryMb: MEMORY_MB,
      reservedConcurrency: CONCURRENCY,
      environment: {
        ...serviceEnvironment(sources, Stack.of(this).region),
        CACHE_KEY_SECRET: secretText(sources.data.cacheKeySecret),
      },
    });
    acknowledge(
      this.function,
      'It is called by the HTTP API, which waits for the answer: there is no event that could be lost.',
      'HIPAA.Security-LambdaDLQ',
    );
    this.api = new api.HttpApi(this, 'Api', {
      apiName: `careline-${sources.settings.stage}`,
      defaultIntegration: new HttpLambdaIntegration('Service', this.function.handler),
      createDefaultStage: false,
    });
    this.stage(props);
    acknowledge(
      this.api,
      'The service verifies tokens itself, and denies by default; its health and documentation are public.',
      'AwsSolutions-APIG4',
    );
  }

  private stage({ sources, logsKey }: HttpFunctionProps): void {
    const logGroup = new LogGroup(this, 'AccessLogs', {
      logGroupName: `${namesOf(sources.settings).logPrefix}api`,
      encryptionKey: logsKey,
      retention: RetentionDays.THREE_MONTHS,
    });
    const stage = new api.HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      detailedMetricsEnabled: true,
      throttle: THROTTLE,
    });
    const resource = stage.node.defaultChild as api.CfnStage;
    // Neither the address nor the path: ids in it may point at a person.
    resource.accessLogSettings = {
      destinationArn: logGroup.logGroupArn,
      format: JSON.stringify({
        requestId: '$context.requestId',
        method: '$context.httpMethod',
        status: '$context.status',
        latencyMs: '$context.responseLatency',
        at: '$context.requestTime',
      }),
    };
  }
}
