import { CacheError, CacheUsageError } from '../../base/errors.js';
import { describeKind, POSITIVE_INTEGER } from '../../base/option-checks.js';
import type { StoredEntry } from './cache-store.js';
import type { EntryKey } from '../../keys/entry-key.js';

/**
 * Limits of both parts of a key, in bytes of UTF-8. DynamoDB takes 2,048 and 1,024:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 * What a sort key has beyond 900 is for the suffixes of chunks and leases.
 */
const MAX_PARTITION_BYTES = 1_024;
const MAX_VERSIONS_BYTES = 900;

const WELL_FORMED = 'well-formed text that is not empty';

/** Parts what a store appends to the versions from the versions themselves, which must be without it. */
export const SEPARATOR = '#';

/**
 * Every store refuses the same keys. Text with lone surrogates has no UTF-8 form of its own, so two such keys could
 * fall together.
 * @throws {CacheUsageError}
 */
export function assertKey({ partition, versions }: EntryKey): void {
  assertPartition(partition);
  assertText('versions of a key', versions, MAX_VERSIONS_BYTES);
  if (versions.includes(SEPARATOR)) {
    throw refused('versions of a key', `without ${SEPARATOR}`, versions);
  }
}

/** @throws {CacheUsageError} */
export function assertPartition(partition: string): void {
  assertText('partition of a key', partition, MAX_PARTITION_BYTES);
}

/** @throws {CacheError} for an entry over the limit; {@link CacheUsageError} for bytes that are none, and times that are no times */
export function assertEntry({ bytes, createdAtMs, expiresAtMs }: StoredEntry, maxEntryBytes: number): void {
  if (!Buffer.isBuffer(bytes)) throw refused('bytes of an entry', 'a Buffer', bytes);
  if (bytes.length > maxEntryBytes) {
    throw new CacheError(
      'CACHE_ENTRY_TOO_LARGE',
      `An entry of ${bytes.length} bytes is over the store's limit of ${maxEntryBytes}.`,
    );
  }
  for (const [name, ms] of Object.entries({ createdAtMs, expiresAtMs })) {
    if (!isTime(ms)) throw refused(`${name} of an entry`, 'whole milliseconds since the epoch', ms);
  }
}

/** @throws {CacheUsageError} */
export function assertLease(owner: string, ttlMs: number): void {
  if (!isText(owner)) throw refused('owner of a lease', WELL_FORMED, owner);
  if (!POSITIVE_INTEGER.accepts(ttlMs)) {
    throw refused('ttlMs of a lease', POSITIVE_INTEGER.expected, ttlMs);
  }
}

/** Whether `value` can be a wall-clock time in ms since the epoch. */
export function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function assertText(what: string, text: unknown, maxBytes: number): void {
  if (!isText(text) || Buffer.byteLength(text) > maxBytes) {
    throw refused(what, `well-formed text of 1 to ${maxBytes} bytes`, text);
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.isWellFormed();
}

/** Keys and owners are not quoted: they may tell of data. */
function refused(what: string, expected: string, value: unknown): CacheUsageError {
  return new CacheUsageError(
    'CACHE_STORE_CALL_INVALID',
    `A store was given what it cannot take: ${what} must be ${expected}; got ${describeKind(value)}.`,
  );
}
