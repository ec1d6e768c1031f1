import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { BackupVault } from 'aws-cdk-lib/aws-backup';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { namesOf } from './names.ts';
import type { Settings } from './settings.ts';

/**
 * The second region: a replica of the messages (made by the table itself, seconds behind) and copies of the nightly
 * backups of everything, under a key of this region. Nothing runs here until the first region is given up:
 * docs/runbook.md#the-region-is-lost.
 */
export class StandbyStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps & { readonly settings: Settings }) {
    super(scope, id, props);
    const names = namesOf(props.settings);
    const key = new Key(this, 'StandbyKey', {
      alias: names.standbyKeyAlias,
      enableKeyRotation: true,
      pendingWindow: Duration.days(30),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    new BackupVault(this, 'Vault', {
      backupVaultName: names.standbyVault,
      encryptionKey: key,
      lockConfiguration: { minRetention: Duration.days(7) },
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
