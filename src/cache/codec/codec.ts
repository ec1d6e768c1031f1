import type { EntryKey } from '../stores/cache-store.js';

/** Why stored bytes cannot be decoded; each is counted on its own. */
export type DecodeFault =
  'empty' | 'unknown-format' | 'decompression' | 'decryption' | 'unknown-key' | 'too-large' | 'malformed';

/** Turns values into the bytes that are stored, and back. */
export interface Codec {
  /** `key` is bound into the bytes when they are encrypted, so that they cannot be moved to another row. */
  encode(value: Buffer, key: EntryKey): Promise<Buffer>;

  /**
   * @returns the very bytes that were encoded
   * @throws {DecodeError} for anything else than what `encode` made under the same `key`; never another error
   */
  decode(bytes: Buffer, key: EntryKey): Promise<Buffer>;
}
