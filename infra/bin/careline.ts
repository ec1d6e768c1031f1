import { App } from 'aws-cdk-lib';
import { buildApp } from '../lib/build-app.ts';
import { readSettings, SettingsError } from '../lib/settings.ts';

const app = new App();
try {
  const context = (name: string): unknown =>
    app.node.tryGetContext(name) ?? (name === 'account' ? process.env['CDK_DEFAULT_ACCOUNT'] : undefined);
  buildApp(app, readSettings(context, process.cwd()));
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exit(1);
}
