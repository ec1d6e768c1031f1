import type { EntryKey } from '../keys/entry-key.js';

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
