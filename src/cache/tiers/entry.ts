import type { TagVersions } from '../versions/version.js';

/**
 * A cached value, and what it takes to judge it. `Content` is the value's bytes; in this process's tier it is the value
 * itself where that is immutable.
 */
export interface Entry<Content = unknown> {
  readonly content: Content;
  /** Bytes of the value's serial form. */
  readonly size: number;
  /** The value is "known to be none". */
  readonly isAbsence: boolean;
  /** The version of `*` under which it was loaded; undefined where there is no authority. */
  readonly everything: string | undefined;
  /** Rule 9: tags that the key does not contain, with the versions under which they were read. */
  readonly dependencies: TagVersions;
  /** Wall clock, ms since the epoch. */
  readonly createdAtMs: number;
  /** From this time on it is a miss: wall clock, ms since the epoch. */
  readonly expiresAtMs: number;
  /** How long the load took, in ms. */
  readonly loadMs: number;
}

const MAX_SLACK_BYTES = 256;

/** Not a view of a larger buffer, which would be kept as a whole: Node cuts short ones from slabs that many share. */
export function ownBytes(bytes: Buffer): Buffer {
  if (bytes.buffer.byteLength <= bytes.length + MAX_SLACK_BYTES) return bytes;
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}
