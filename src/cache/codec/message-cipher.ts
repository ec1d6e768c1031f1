import { hash } from 'node:crypto';
import { CacheError } from '../base/errors.js';
import type { EntryKey } from '../keys/entry-key.js';
import type { AwsSdk } from './aws-sdk.js';
import { DataKeys } from './data-keys.js';
import { DecodeError } from './decode-error.js';
import { DATA_KEY_LIMITS, type ActiveEncryption } from './encryption-options.js';
import { wrappingKeys } from './wrapping-keys.js';

type Client = ReturnType<AwsSdk['buildClient']>;
type MessageHeader = Awaited<ReturnType<Client['decrypt']>>['messageHeader'];

/** What one message may need beside its plaintext: its header, frame and wrapped data key. */
export const MAX_MESSAGE_OVERHEAD_BYTES = 4_096;

/** Messages of the AWS Encryption SDK, each bound to the row it is stored in. */
export class MessageCipher {
  private constructor(
    private readonly sdk: AwsSdk,
    private readonly client: Client,
    private readonly dataKeys: DataKeys,
  ) {}

  static async load(options: ActiveEncryption): Promise<MessageCipher> {
    const sdk = await import('@aws-crypto/client-node');
    const client = sdk.buildClient({
      commitmentPolicy: sdk.CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT,
      maxEncryptedDataKeys: 1,
    });
    const limits = { ...DATA_KEY_LIMITS, ...options.dataKeys };
    return new MessageCipher(sdk, client, new DataKeys(sdk, wrappingKeys(sdk, options), limits));
  }

  /** @throws {CacheError} `CACHE_ENCRYPTION_FAULT` when there is no data key to be had */
  async encrypt(plaintext: Buffer, key: EntryKey): Promise<Buffer> {
    const row = rowOf(key);
    try {
      const { result } = await this.client.encrypt(this.dataKeys.for(row), plaintext, {
        // Commits to its key, and is not signed: who can read entries may also write them.
        suiteId: this.sdk.AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY,
        encryptionContext: this.dataKeys.contextOf(row),
        // One frame for all: a frame that is full is followed by another, so it must be longer than the plaintext.
        frameLength: plaintext.length + 1,
      });
      return result;
    } catch (cause) {
      throw new CacheError('CACHE_ENCRYPTION_FAULT', 'The entry cannot be encrypted.', { cause });
    }
  }

  /** @throws {DecodeError} when `message` is anything else than what {@link encrypt} made for the same key */
  async decrypt(message: Buffer, key: EntryKey): Promise<Buffer> {
    const { plaintext, messageHeader } = await this.open(message, rowOf(key));
    // The SDK looks at nothing behind the last frame of an unsigned message.
    if (message.length !== headerBytes(messageHeader) + frameBytes(plaintext)) {
      throw new DecodeError('decryption');
    }
    return plaintext;
  }

  private async open(message: Buffer, row: string): ReturnType<Client['decrypt']> {
    try {
      return await this.client.decrypt(this.dataKeys.for(row), message);
    } catch (error) {
      throw error instanceof DecodeError ? error : new DecodeError('decryption', error);
    }
  }
}

/** Hashed, because a context stands in clear text in the message. */
function rowOf({ partition, versions }: EntryKey): string {
  return hash('sha256', `${partition.length}:${partition}${versions}`, 'base64url');
}

/**
 * Message header, version 2, with its authentication tag.
 * See https://docs.aws.amazon.com/encryption-sdk/latest/developer-guide/message-format.html
 */
function headerBytes({ encryptionContext, encryptedDataKeys, ...fields }: MessageHeader): number {
  const [version, suite, count, contentType, frameLength, tag] = [1, 2, 2, 1, 4, 16];
  const commitment = 'suiteData' in fields ? fields.suiteData.length : 0;
  const context = Object.entries(encryptionContext).flat().map(elementBytes);
  const keys = encryptedDataKeys.flatMap(({ providerId, providerInfo, rawInfo, encryptedDataKey }) =>
    [providerId, rawInfo ?? providerInfo, encryptedDataKey].map(elementBytes),
  );
  const elements = [...context, ...keys].reduce((sum, bytes) => sum + bytes, 0);
  const fixed = version + suite + 3 * count + contentType + frameLength + tag;
  return fixed + fields.messageId.length + elements + commitment;
}

/** An element has its length, of two bytes, before it. */
function elementBytes(element: string | Uint8Array): number {
  return 2 + Buffer.byteLength(element);
}

/** A final frame: its mark, sequence number, IV, length, content and authentication tag. */
function frameBytes(plaintext: Buffer): number {
  const [mark, sequenceNumber, iv, length, tag] = [4, 4, 12, 4, 16];
  return mark + sequenceNumber + iv + length + plaintext.length + tag;
}
