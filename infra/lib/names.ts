import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Settings } from './settings.ts';

/** Names that several stacks must agree on without waiting for each other. */
export function namesOf({ stage }: Pick<Settings, 'stage'>) {
  return {
    cacheTable: `cache-${stage}`,
    messagesTable: `messages-${stage}`,
    databaseCluster: `careline-${stage}`,
    database: 'careline',
    /** The role that the service signs in as: reads and writes rows, owns nothing. */
    databaseRole: 'careline_app',
    databaseAdmin: 'careline_admin',
    standbyKeyAlias: `alias/careline-${stage}-standby`,
    standbyVault: `careline-${stage}-standby`,
    /** Every log group of ours begins so: the logs' key is for them alone. */
    logPrefix: `/careline/${stage}/`,
  } as const;
}

export function tableArn(stack: Stack, tableName: string): string {
  return stack.formatArn({ service: 'dynamodb', resource: 'table', resourceName: tableName });
}

/** The ARN of a log group, as CloudWatch Logs puts it into the encryption context of its key. */
export function logGroupArn(stack: Stack, logGroupName: string): string {
  return stack.formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: logGroupName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
