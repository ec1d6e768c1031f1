import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as backup from 'aws-cdk-lib/aws-backup';
import { Schedule } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { acknowledge, managedPolicyFinding } from '../acknowledge.ts';
import { namesOf } from '../names.ts';
import type { Settings } from '../settings.ts';

interface BackupsProps {
  readonly settings: Settings;
  readonly key: IKey;
  readonly sources: readonly backup.BackupResource[];
}

const KEPT = Duration.days(35);

/** Every night, kept for 35 days, in a vault from which nobody deletes a day early; and a copy in the standby region. */
export function backups(scope: Construct, { settings, key, sources }: BackupsProps): backup.BackupPlan {
  const { standbyRegion } = settings;
  const vault = new backup.BackupVault(scope, 'Vault', {
    backupVaultName: `careline-${settings.stage}`,
    encryptionKey: key,
    lockConfiguration: { minRetention: Duration.days(7) },
    removalPolicy: RemovalPolicy.RETAIN,
  });
  const plan = new backup.BackupPlan(scope, 'Backups', { backupVault: vault });
  plan.addRule(
    new backup.BackupPlanRule({
      ruleName: 'nightly',
      scheduleExpression: Schedule.cron({ hour: '2', minute: '30' }),
      startWindow: Duration.hours(1),
      completionWindow: Duration.hours(6),
      deleteAfter: KEPT,
      ...(standbyRegion === undefined
        ? {}
        : {
            copyActions: [
              { destinationBackupVault: standbyVault(scope, settings, standbyRegion), deleteAfter: KEPT },
            ],
          }),
    }),
  );
  const selection = plan.addSelection('Sources', { resources: [...sources], allowRestores: false });
  acknowledge(
    selection,
    'AWS Backup cannot work without this policy, which AWS maintains for it; restoring is not in it.',
    managedPolicyFinding('service-role/AWSBackupServiceRolePolicyForBackup'),
  );
  return plan;
}

function standbyVault(scope: Construct, settings: Settings, region: string): backup.IBackupVault {
  return backup.BackupVault.fromBackupVaultArn(
    scope,
    'StandbyVault',
    Stack.of(scope).formatArn({
      service: 'backup',
      region,
      resource: 'backup-vault',
      resourceName: namesOf(settings).standbyVault,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    }),
  );
}
