import { Tags, Validations, type App } from 'aws-cdk-lib';
import { AwsSolutionsChecks, HIPAASecurityChecks } from 'cdk-nag';
import { acknowledge } from './acknowledge.ts';
import { DataStack } from './data-stack.ts';
import { DaxStack } from './dax-stack.ts';
import { IdentityStack } from './identity-stack.ts';
import { KeysStack } from './keys-stack.ts';
import { MigrationStack } from './migration-stack.ts';
import { NetworkStack } from './network-stack.ts';
import { ObservabilityStack } from './observability-stack.ts';
import { ServiceStack } from './service-stack.ts';
import type { Settings } from './settings.ts';
import { StandbyStack } from './standby-stack.ts';
import { StreamStack } from './stream-stack.ts';

/** All stacks of one stage, under both rule packs. A finding that nobody has acknowledged, with a reason, ends the synthesis. */
export function buildApp(app: App, settings: Settings): void {
  const { account, region, standbyRegion, stage } = settings;
  const common = { env: { account, region }, settings };
  const id = (name: string) => `Careline-${stage}-${name}`;
  Tags.of(app).add('service', 'careline');
  Tags.of(app).add('stage', stage);

  const keys = new KeysStack(app, id('Keys'), common);
  const { data: dataKey, operations: operationsKey } = keys;
  const network = new NetworkStack(app, id('Network'), { ...common, logsKey: operationsKey });
  const data = new DataStack(app, id('Data'), { ...common, network, dataKey, operationsKey });
  if (standbyRegion !== undefined) {
    const standby = new StandbyStack(app, id('Standby'), {
      ...common,
      env: { account, region: standbyRegion },
    });
    data.addStackDependency(standby, 'The replica and the copies of backups need its key and its vault.');
  }
  const identity = new IdentityStack(app, id('Identity'), common);
  const dax = settings.dax ? new DaxStack(app, id('Dax'), { ...common, network, data }) : undefined;
  const sources = { settings, data, identity, dataKey, daxEndpoint: dax?.endpoint };
  const migration = new MigrationStack(app, id('Migration'), { ...common, sources, network, operationsKey });
  const { cluster } = migration;
  const service = new ServiceStack(app, id('Service'), {
    ...common,
    sources,
    network,
    cluster,
    dax,
    operationsKey,
  });
  service.addStackDependency(
    migration,
    'Its task migrates the database before an instance of the release runs.',
  );
  new ObservabilityStack(app, id('Observability'), { ...common, service, operationsKey });
  const stream = new StreamStack(app, id('Stream'), { ...common, sources, network, operationsKey });
  stream.addStackDependency(migration, 'It writes to tables that a release may have made.');
  acknowledge(
    app,
    'A policy here belongs to one role and dies with it. To be attached to others is what a managed policy is for.',
    'HIPAA.Security-IAMNoInlinePolicy',
  );
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new HIPAASecurityChecks(app));
}
