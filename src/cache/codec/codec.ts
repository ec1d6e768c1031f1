import type { EntryKey } from '../stores/cache-store.js';

/**
 * Why stored bytes cannot be decoded; each is counted on its own.
 * - `unknown-format`: a header byte that this codec does not take; also an entry in the clear where encryption is on.
 * - `decryption`: changed, moved from another row, or made under another secret.
 * - `unknown-key`: encrypted under a key that is not configured; also any encrypted entry where encryption is off.
 * - `key-unavailable`: the key is configured, but KMS does not give it.
 * - `malformed`: no bytes at all, or a frame that contradicts itself.
 */
export type DecodeFault =
  | 'empty'
  | 'unknown-format'
  | 'decompression'
  | 'decryption'
  | 'unknown-key'
  | 'key-unavailable'
  | 'too-large'
  | 'malformed';

/** Turns values into the bytes that are stored, and back. */
export interface Codec {
  /**
   * `key` is bound into the bytes when they are encrypted, so that they cannot be moved to another row.
   * @throws {CacheError} `CACHE_ENTRY_TOO_LARGE`; `CACHE_ENCRYPTION_FAULT` when there is no key to encrypt with
   */
  encode(value: Buffer, key: EntryKey): Promise<Buffer>;

  /**
   * @returns the very bytes that were encoded
   * @throws {DecodeError} for anything else than what `encode` made under the same `key`; never another error
   */
  decode(bytes: Buffer, key: EntryKey): Promise<Buffer>;
}
