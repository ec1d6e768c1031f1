import { createHash } from 'node:crypto';
import {
  createCodec,
  createItemClient,
  DynamoStore,
  type CacheOptions,
  type DynamoStoreOptions,
  type EncryptionOptions,
} from './cache/index.js';
import type { DynamoConnection } from './cache/index.js';
import type { Config } from './config/index.js';

type Settings = Pick<Config, 'awsRegion' | 'dynamodbEndpoint' | 'cache'>;

const KEY_ID_LENGTH = 12;

/**
 * The shared tier that the configuration asks for; undefined: this process is the only one.
 * @param consumed takes the capacity units that each call consumed
 */
export function sharedTier(
  settings: Settings,
  consumed: NonNullable<DynamoStoreOptions['consumed']>,
): CacheOptions['store'] {
  const { cache } = settings;
  if (cache.store === 'memory') return undefined;
  return {
    store: new DynamoStore({
      table: cache.table,
      items: createItemClient(dynamoConnection(settings)),
      consumed,
    }),
    codec: createCodec({ encryption: encryption(cache) }),
    timeoutMs: cache.l2TimeoutMs,
  };
}

/** Which DynamoDB, and as whom: DynamoDB Local takes any credentials, but wants some. */
export function dynamoConnection({ awsRegion, dynamodbEndpoint }: Omit<Settings, 'cache'>): DynamoConnection {
  if (dynamodbEndpoint === undefined) return { region: awsRegion };
  const isLocal = ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(dynamodbEndpoint).hostname);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return { region: awsRegion, endpoint: dynamodbEndpoint, ...(isLocal ? { credentials } : {}) };
}

function encryption({
  encryption: mode,
  keySecret,
  previousKeySecrets,
  kmsKeyArns,
}: Config['cache']): EncryptionOptions {
  switch (mode) {
    case 'off':
      return { mode };
    case 'kms':
      return { mode, keyArns: kmsKeyArns };
    case 'local': {
      const secrets = [...(keySecret === undefined ? [] : [keySecret]), ...previousKeySecrets];
      return { mode, keys: secrets.map((secret) => ({ id: keyId(secret), secret })) };
    }
  }
}

/** Names a secret without telling it: the beginning of a hash that has another purpose than any key made from it. */
function keyId(secret: string): string {
  return createHash('sha256').update(`careline-key-id\0${secret}`).digest('hex').slice(0, KEY_ID_LENGTH);
}
