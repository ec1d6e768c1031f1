import type { EncryptedDataKey, KeyringNode } from '@aws-crypto/client-node';
import { hkdfSync } from 'node:crypto';
import type { ActiveEncryption, KmsEncryption, LocalKey } from './encryption-options.js';
import { KmsCalls } from './kms-calls.js';
import type { AwsSdk } from './aws-sdk.js';

/** The keys that data keys are wrapped under. */
export interface WrappingKeys {
  /** Wraps under the first key. */
  readonly wrapping: KeyringNode;
  /** Unwraps under any configured key. */
  readonly unwrapping: KeyringNode;
  /** Whether `wrapped` names a configured key. */
  knows(wrapped: EncryptedDataKey): boolean;
  /** @throws what `work` fails with, or why the keys cannot be had */
  watch<T>(work: () => Promise<T>): Promise<T>;
}

type KmsKeyringInput = NonNullable<ConstructorParameters<AwsSdk['KmsKeyringNode']>[0]>;
type KmsClientProvider = NonNullable<KmsKeyringInput['clientProvider']>;

export function wrappingKeys(sdk: AwsSdk, options: ActiveEncryption): WrappingKeys {
  return options.mode === 'local' ? localKeys(sdk, options.keys) : kmsKeys(sdk, options);
}

const LOCAL_PROVIDER = 'careline-local';
const KMS_PROVIDER = 'aws-kms';
const KEY_BYTES = 32;
/** Behind the id of a raw AES key stand two lengths and the IV that wrapped the data key. */
const WRAP_SUFFIX_BYTES = 4 + 4 + 12;

function localKeys(sdk: AwsSdk, keys: readonly LocalKey[]): WrappingKeys {
  const [wrapping, ...others] = keys.map(
    ({ id, secret }) =>
      new sdk.RawAesKeyringNode({
        keyNamespace: LOCAL_PROVIDER,
        keyName: id,
        unencryptedMasterKey: deriveKey(id, secret),
        wrappingSuite: sdk.RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
      }),
  );
  if (wrapping === undefined) throw new TypeError('no key');
  const ids = new Set(keys.map(({ id }) => id));
  return {
    wrapping,
    unwrapping: new sdk.MultiKeyringNode({ generator: wrapping, children: others }),
    knows: ({ providerId, rawInfo = new Uint8Array() }) =>
      providerId === LOCAL_PROVIDER &&
      ids.has(Buffer.from(rawInfo).toString('latin1', 0, Math.max(0, rawInfo.length - WRAP_SUFFIX_BYTES))),
    watch: (work) => work(),
  };
}

function kmsKeys(sdk: AwsSdk, { keyArns, client, timeoutMs }: KmsEncryption): WrappingKeys {
  const calls = new KmsCalls(sdk, client, timeoutMs);
  // The SDK's types know no optional field that is there and undefined; it checks what it gets.
  const clientProvider = calls.provider as KmsClientProvider;
  const [generatorKeyId = ''] = keyArns;
  return {
    wrapping: new sdk.KmsKeyringNode({ clientProvider, generatorKeyId }),
    unwrapping: new sdk.KmsKeyringNode({ clientProvider, keyIds: [...keyArns] }),
    knows: ({ providerId, providerInfo }) => providerId === KMS_PROVIDER && keyArns.includes(providerInfo),
    watch: (work) => calls.watch(work),
  };
}

/** HKDF (RFC 5869). The id is in it, so that one secret under two ids makes two keys. */
function deriveKey(id: string, secret: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, 'careline-cache', `wrapping key ${id}`, KEY_BYTES));
}
