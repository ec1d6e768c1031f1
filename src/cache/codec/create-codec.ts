import { CacheError } from '../base/errors.js';
import type { EntryKey } from '../keys/entry-key.js';
import type { Codec } from './codec.js';
import { MAX_VALUE_BYTES, pack, unpack } from './compression.js';
import { DecodeError } from './decode-error.js';
import { checkEncryption, type EncryptionOptions } from './encryption-options.js';
import { Format } from './format.js';
import { MAX_MESSAGE_OVERHEAD_BYTES, MessageCipher } from './message-cipher.js';

export interface CodecOptions {
  readonly encryption: EncryptionOptions;
}

/**
 * A codec that compresses, and encrypts where it is told to. With encryption on it takes nothing that is not encrypted:
 * who can write to the store must not be able to put entries of his own there.
 * @throws {CacheUsageError} when an option is wrong
 */
export function createCodec(options: CodecOptions): Codec {
  checkEncryption(options);
  const { encryption } = options;
  return encryption.mode === 'off' ? new PlainCodec() : new EncryptingCodec(MessageCipher.load(encryption));
}

class PlainCodec implements Codec {
  encode(value: Buffer): Promise<Buffer> {
    return pack(value);
  }

  async decode(bytes: Buffer): Promise<Buffer> {
    assertBytes(bytes);
    if (bytes[0] === Format.Encrypted) throw new DecodeError('unknown-key');
    return unpack(bytes);
  }
}

class EncryptingCodec implements Codec {
  /** The SDK takes a third of a second to load: from the start on, not at the first request. */
  constructor(private readonly loading: Promise<MessageCipher>) {
    loading.catch(() => undefined);
  }

  async encode(value: Buffer, key: EntryKey): Promise<Buffer> {
    const frame = await pack(value);
    const cipher = await this.loading.catch((cause: unknown) => {
      throw new CacheError('CACHE_ENCRYPTION_FAULT', 'Encryption cannot be loaded.', { cause });
    });
    return Buffer.concat([Buffer.of(Format.Encrypted), await cipher.encrypt(frame, key)]);
  }

  async decode(bytes: Buffer, key: EntryKey): Promise<Buffer> {
    assertBytes(bytes);
    if (bytes.length === 0) throw new DecodeError('empty');
    if (bytes[0] !== Format.Encrypted) throw new DecodeError('unknown-format');
    if (bytes.length > MAX_VALUE_BYTES + MAX_MESSAGE_OVERHEAD_BYTES) throw new DecodeError('too-large');
    const cipher = await this.loading.catch((cause: unknown) => {
      throw new DecodeError('key-unavailable', cause);
    });
    return unpack(await cipher.decrypt(bytes.subarray(1), key));
  }
}

/** Stores are told to return bytes; what they were given back by a table is another matter. */
function assertBytes(bytes: unknown): asserts bytes is Buffer {
  if (!Buffer.isBuffer(bytes)) throw new DecodeError('malformed');
}
