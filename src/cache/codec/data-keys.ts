import type {
  EncryptionContext,
  NodeDecryptionMaterial,
  NodeEncryptionMaterial,
  NodeMaterialsManager,
} from '@aws-crypto/client-node';
import { SingleFlight } from '../base/single-flight.js';
import { DecodeError } from './decode-error.js';
import type { DataKeyLimits } from './encryption-options.js';
import { KmsUnavailable } from './kms-calls.js';
import type { AwsSdk } from './aws-sdk.js';
import type { WrappingKeys } from './wrapping-keys.js';

/** What KMS is told, and writes to CloudTrail in clear text: the same for every entry. */
const PURPOSE: EncryptionContext = { purpose: 'careline-cache' };

/**
 * Data keys, cached within limits and bound to rows.
 *
 * The caching materials manager finds a data key by its encryption context. With the row in it, every entry would have
 * a data key of its own: one call of KMS for each write and each first read. So data keys are made for the purpose
 * alone, and the row joins the context of the message: it is authenticated with the header of the message, under a key
 * derived from the data key, and compared before a key is asked for.
 */
export class DataKeys {
  private readonly encrypting: NodeMaterialsManager;
  private readonly decrypting: NodeMaterialsManager;
  private readonly asked = new SingleFlight<void>();

  constructor(
    private readonly sdk: AwsSdk,
    private readonly wrappingKeys: WrappingKeys,
    { maxAgeMs: maxAge, maxMessages, maxBytes, maxKeys }: DataKeyLimits,
  ) {
    // It looks for expired keys once a minute, by a timer that keeps no process alive.
    const cache = sdk.getLocalCryptographicMaterialsCache<NodeEncryptionMaterial['suite']>(maxKeys);
    this.encrypting = new sdk.NodeCachingMaterialsManager({
      cache,
      backingMaterials: wrappingKeys.wrapping,
      maxAge,
      maxMessagesEncrypted: maxMessages,
      maxBytesEncrypted: maxBytes,
    });
    this.decrypting = new sdk.NodeCachingMaterialsManager({
      cache,
      backingMaterials: wrappingKeys.unwrapping,
      maxAge,
    });
  }

  /** The context of a message for `row`. */
  contextOf(row: string): EncryptionContext {
    return { ...PURPOSE, row };
  }

  /** The materials for one message, which belongs to `row`. */
  for(row: string): NodeMaterialsManager {
    const context = this.contextOf(row);
    return {
      getEncryptionMaterials: async (request) => {
        const material = await this.once('', () =>
          this.encrypting.getEncryptionMaterials({ ...request, encryptionContext: PURPOSE }),
        );
        return this.boundForEncryption(material, context);
      },
      decryptMaterials: async (request) => {
        if (!isSame(request.encryptionContext, context)) throw new DecodeError('decryption');
        const [wrapped] = request.encryptedDataKeys;
        if (wrapped === undefined || !this.wrappingKeys.knows(wrapped)) throw new DecodeError('unknown-key');
        const id = Buffer.from(wrapped.encryptedDataKey).toString('base64');
        const material = await this.once(id, () =>
          this.unwrapped({ ...request, encryptionContext: PURPOSE }),
        );
        return this.boundForDecryption(material, context);
      },
    };
  }

  /** Those who want one data key at the same time ask for it once; the others then find it in the cache. */
  private async once<T>(id: string, ask: () => Promise<T>): Promise<T> {
    let own: { readonly material: T } | undefined;
    const first = async (): Promise<void> => {
      own = { material: await ask() };
    };
    await this.asked.run(id, first, () => undefined);
    return own === undefined ? ask() : own.material;
  }

  private async unwrapped(
    request: Parameters<NodeMaterialsManager['decryptMaterials']>[0],
  ): Promise<NodeDecryptionMaterial> {
    try {
      return await this.wrappingKeys.watch(() => this.decrypting.decryptMaterials(request));
    } catch (error) {
      throw new DecodeError(error instanceof KmsUnavailable ? 'key-unavailable' : 'decryption', error);
    }
  }

  private boundForEncryption(
    material: NodeEncryptionMaterial,
    context: EncryptionContext,
  ): NodeEncryptionMaterial {
    const [generated] = material.keyringTrace;
    const bound = new this.sdk.NodeEncryptionMaterial(material.suite, context);
    if (generated !== undefined) bound.setUnencryptedDataKey(material.getUnencryptedDataKey(), generated);
    for (const key of material.encryptedDataKeys) {
      bound.addEncryptedDataKey(key, this.sdk.KeyringTraceFlag.WRAPPING_KEY_ENCRYPTED_DATA_KEY);
    }
    return bound;
  }

  private boundForDecryption(
    material: NodeDecryptionMaterial,
    context: EncryptionContext,
  ): NodeDecryptionMaterial {
    const [unwrapped] = material.keyringTrace;
    const bound = new this.sdk.NodeDecryptionMaterial(material.suite, context);
    return unwrapped === undefined
      ? bound
      : bound.setUnencryptedDataKey(material.getUnencryptedDataKey(), unwrapped);
  }
}

function isSame(context: EncryptionContext, expected: EncryptionContext): boolean {
  const names = Object.keys(expected);
  return (
    Object.keys(context).length === names.length && names.every((name) => context[name] === expected[name])
  );
}
