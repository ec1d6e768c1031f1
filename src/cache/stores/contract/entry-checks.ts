import { CacheError, CacheUsageError } from '../../base/errors.js';
import type { StoredEntry } from './cache-store.js';
import type { EntryKey } from '../../keys/entry-key.js';

/**
 * Limits of both parts of a key, in bytes of UTF-8. DynamoDB takes 2,048 and 1,024:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 * What a sort key has beyond 900 is for the suffixes of chunks and leases.
 */
const MAX_PARTITION_BYTES = 1_024;
const MAX_VERSIONS_BYTES = 900;

/** Parts what a store appends to the versions from the versions themselves, which must be without it. */
export const SEPARATOR = '#';

/**
 * Every store refuses the same keys. Text with lone surrogates has no UTF-8 form of its own, so two such keys could
 * fall together.
 * @throws {CacheUsageError}
 */
export function assertKey({ partition, versions }: EntryKey): void {
  assertPartition(partition);
  assertText('The versions of a key', versions, MAX_VERSIONS_BYTES);
  if (versions.includes(SEPARATOR)) {
    throw invalid(`The versions of a key must be without ${SEPARATOR}.`);
  }
}

/** @throws {CacheUsageError} */
export function assertPartition(partition: string): void {
  assertText('The partition of a key', partition, MAX_PARTITION_BYTES);
}

/** @throws {CacheError} for an entry over the limit; {@link CacheUsageError} for times that are no times */
export function assertEntry({ bytes, createdAtMs, expiresAtMs }: StoredEntry, maxEntryBytes: number): void {
  if (bytes.length > maxEntryBytes) {
    throw new CacheError(
      'CACHE_ENTRY_TOO_LARGE',
      `An entry of ${bytes.length} bytes is over the store's limit of ${maxEntryBytes}.`,
    );
  }
  if (!isTime(createdAtMs) || !isTime(expiresAtMs)) {
    throw invalid('The times of an entry are whole milliseconds since the epoch.');
  }
}

/** @throws {CacheUsageError} */
export function assertLease(owner: string, ttlMs: number): void {
  if (owner === '' || !owner.isWellFormed()) throw invalid('A lease needs the name of its owner.');
  if (!(ttlMs > 0 && Number.isSafeInteger(ttlMs))) {
    throw invalid('The length of a lease is a whole number of milliseconds above 0.');
  }
}

/** Whether `value` can be a wall-clock time in ms since the epoch. */
export function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function assertText(what: string, text: string, maxBytes: number): void {
  if (text === '' || !text.isWellFormed()) throw invalid(`${what} must be well-formed text.`);
  if (Buffer.byteLength(text) > maxBytes) throw invalid(`${what} must have at most ${maxBytes} bytes.`);
}

function invalid(message: string): CacheUsageError {
  return new CacheUsageError('CACHE_OPTIONS_INVALID', message);
}
