import { createHash } from 'node:crypto';
import {
  createCodec,
  createItemClient,
  DaxStore,
  DynamoStore,
  type CacheOptions,
  type DynamoStoreOptions,
  type EncryptionOptions,
} from '../cache/index.js';
import type { CacheStore, DaxConnection } from '../cache/index.js';
import type { Config } from '../config/index.js';
import { credentialsFor, dynamoConnection } from '../dynamo/dynamo-connection.js';

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
    store: createStore(settings, consumed),
    codec: createCodec({ encryption: encryption(cache) }),
    timeoutMs: cache.l2TimeoutMs,
  };
}

function createStore(settings: Settings, consumed: NonNullable<DynamoStoreOptions['consumed']>): CacheStore {
  const { table, store } = settings.cache;
  const dynamo = dynamoConnection(settings);
  return store === 'dax'
    ? new DaxStore({ table, dax: daxConnection(settings), dynamo, consumed })
    : new DynamoStore({ table, items: createItemClient(dynamo), consumed });
}

/** Which DAX cluster, and as whom: dax-local takes any credentials. */
function daxConnection({ awsRegion, cache: { daxEndpoint } }: Settings): DaxConnection {
  if (daxEndpoint === undefined) throw new Error('CACHE_STORE is dax, and DAX_ENDPOINT is not set.');
  return { region: awsRegion, endpoint: daxEndpoint, ...credentialsFor(daxEndpoint) };
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
