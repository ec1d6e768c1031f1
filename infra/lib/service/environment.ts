import type { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { DataStack } from '../data-stack.ts';
import { cacheAccess, messagesAccess } from '../data/table-access.ts';
import type { IdentityStack } from '../identity-stack.ts';
import { namesOf } from '../names.ts';
import { emfNamespace } from '../observability/metrics.ts';
import { PORTS } from '../network/security-groups.ts';
import type { Settings } from '../settings.ts';

export interface ServiceSources {
  readonly settings: Settings;
  readonly data: DataStack;
  readonly identity: IdentityStack;
  readonly dataKey: IKey;
  readonly daxEndpoint: string | undefined;
}

/**
 * Where the authorities stand that sign the certificate of Aurora: in the image (see docs/deploy.md), and in Lambda's own
 * files, https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html.
 */
export const CA_BUNDLE = {
  image: '/etc/ssl/certs/rds-global-bundle.pem',
  lambda: '/var/runtime/ca-cert.pem',
} as const;

/**
 * What each process of ours is given, without secrets. Who signs in is part of it: production refuses to start without.
 * `.env.example` explains each variable.
 */
export function commonEnvironment(sources: ServiceSources, region: string): Record<string, string> {
  const { settings, data, identity } = sources;
  const names = namesOf(settings);
  return {
    NODE_ENV: 'production',
    AWS_REGION: region,
    DATABASE_URL: databaseUrl(data, names.databaseRole, names.database),
    MESSAGING_TABLE: names.messagesTable,
    AUTH_ISSUER: identity.issuer,
    AUTH_AUDIENCE: identity.clientId,
    AUTH_JWKS_URI: `${identity.issuer}/.well-known/jwks.json`,
  };
}

/** The environment of the service, without its two secrets. */
export function serviceEnvironment(sources: ServiceSources, region: string): Record<string, string> {
  const { settings, dataKey, daxEndpoint } = sources;
  return {
    ...commonEnvironment(sources, region),
    CACHE_STORE: daxEndpoint === undefined ? 'dynamo' : 'dax',
    ...(daxEndpoint === undefined ? {} : { DAX_ENDPOINT: daxEndpoint }),
    CACHE_TABLE: namesOf(settings).cacheTable,
    CACHE_ENCRYPTION: 'kms',
    CACHE_KMS_KEY_ARNS: dataKey.keyArn,
    METRICS_EMF: emfNamespace(settings),
    // The function of the stream stack reads it.
    MESSAGING_STREAM: 'off',
  };
}

/** Without a password: `pg` takes that from PGPASSWORD. */
export function databaseUrl(data: DataStack, role: string, database: string): string {
  return `postgresql://${role}@${data.database.clusterEndpoint.hostname}:${PORTS.postgres}/${database}?sslmode=verify-full`;
}

/** All that the service may do in AWS: items of the two tables, and the keys of cache entries. */
export function serviceAccess(stack: Stack, { settings, dataKey }: ServiceSources): PolicyStatement[] {
  return [
    ...cacheAccess(stack, settings, dataKey),
    ...messagesAccess(stack, settings, dataKey),
    new PolicyStatement({
      sid: 'CacheEncryption',
      actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
      resources: [dataKey.keyArn],
    }),
  ];
}
