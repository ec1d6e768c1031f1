import { Tags, Validations, type App } from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks } from 'cdk-nag';
import { acknowledge } from './acknowledge.ts';
import { DataStack } from './data-stack.ts';
import { KeysStack } from './keys-stack.ts';
import { NetworkStack } from './network-stack.ts';
import type { Settings } from './settings.ts';

/** All stacks of one stage, under both rule packs. A finding that nobody has acknowledged, with a reason, ends the synthesis. */
export function buildApp(app: App, settings: Settings): void {
  const { account, region, stage } = settings;
  const env = { account, region };
  const id = (name: string) => `Careline-${stage}-${name}`;
  Tags.of(app).add('service', 'careline');
  Tags.of(app).add('stage', stage);

  const keys = new KeysStack(app, id('Keys'), { env, settings });
  const network = new NetworkStack(app, id('Network'), { env, settings, logsKey: keys.operations });
  new DataStack(app, id('Data'), {
    env,
    settings,
    network,
    dataKey: keys.data,
    operationsKey: keys.operations,
  });
  acknowledge(
    app,
    'A policy here belongs to one role and dies with it. To be attached to others is what a managed policy is for.',
    'HIPAA.Security-IAMNoInlinePolicy',
  );
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new HIPAASecurityChecks(app));
}
