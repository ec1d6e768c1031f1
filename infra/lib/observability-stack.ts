import { Stack, type StackProps } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { useKey } from './keys-stack.ts';
import { alarms } from './observability/alarms.ts';
import { dashboard } from './observability/dashboard.ts';
import { ofEntrance } from './observability/entrance.ts';
import { DataTrail } from './observability/trail.ts';
import type { ServiceStack } from './service-stack.ts';
import type { Settings } from './settings.ts';

export interface ObservabilityProps extends StackProps {
  readonly settings: Settings;
  readonly service: ServiceStack;
  readonly operationsKey: IKey;
}

/** Dashboard, alarms and whom they tell, and the trail of both tables. */
export class ObservabilityStack extends Stack {
  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id, props);
    const { settings, service } = props;
    const key = useKey(this, props.operationsKey);
    dashboard(this, settings);
    alarms(this, settings, this.topic(settings, key), ofEntrance(service));
    new DataTrail(this, 'Trail', { settings, key });
  }

  private topic(settings: Settings, key: IKey): Topic {
    const topic = new Topic(this, 'Alarms', {
      topicName: `careline-${settings.stage}-alarms`,
      masterKey: key,
      enforceSSL: true,
    });
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    if (settings.alarmEmail !== undefined) topic.addSubscription(new EmailSubscription(settings.alarmEmail));
    return topic;
  }
}
