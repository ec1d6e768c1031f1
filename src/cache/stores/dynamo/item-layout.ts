import type { EntryKey } from '../../keys/entry-key.js';
import { SEPARATOR } from '../contract/entry-checks.js';

/** Names of the attributes. A row is an entry's head, one more chunk of an entry, or a lease. */
export const ATTRIBUTE = {
  partition: 'pk',
  sort: 'sk',
  /** Binary payload: of a head the first chunk. */
  bytes: 'b',
  /** Heads: the number of chunks, this one included. */
  chunks: 'n',
  /** Heads of several chunks: under which name the others were written. */
  generation: 'g',
  /** Heads: created, ms since the epoch. */
  createdAt: 't',
  /** Heads and leases: expires, ms since the epoch. */
  expiresAt: 'x',
  /** Heads: checksum over key, times and payload. */
  checksum: 'h',
  /** Leases: who holds it. */
  owner: 'o',
  /** All rows: when DynamoDB may delete it, seconds since the epoch. */
  ttl: 'ttl',
} as const;

/** A row as the document client takes and gives it. Nothing in one that was read is trusted. */
export type Item = Record<string, unknown>;

/** The primary key of a row. */
export interface RowKey {
  readonly pk: string;
  readonly sk: string;
}

const LEASE = 'lease';
const MS_PER_SECOND = 1_000;

// Versions are without the separator (`assertKey` sees to it), so heads have none in their sort key, leases one, and
// further chunks two: no row can be taken for another kind, whatever it contains.

export function headKey({ partition, versions }: EntryKey): RowKey {
  return { pk: partition, sk: versions };
}

/** @param index from 1 on: chunk 0 is in the head */
export function chunkKey(key: EntryKey, index: number, generation: string): RowKey {
  return { pk: key.partition, sk: [key.versions, index, generation].join(SEPARATOR) };
}

export function leaseKey({ partition, versions }: EntryKey): RowKey {
  return { pk: partition, sk: [versions, LEASE].join(SEPARATOR) };
}

/** The key of the entry whose head a row is. Undefined: it is no head. */
export function entryKeyOf(item: Item): EntryKey | undefined {
  const { pk, sk } = item;
  if (typeof pk !== 'string' || typeof sk !== 'string' || sk.includes(SEPARATOR)) return undefined;
  return { partition: pk, versions: sk };
}

/** Text that only one row has. */
export function rowId({ pk, sk }: RowKey): string {
  return `${pk.length}:${pk}${sk}`;
}

/** For {@link ATTRIBUTE}.ttl: not before `expiresAtMs`. */
export function ttlSeconds(expiresAtMs: number): number {
  return Math.ceil(expiresAtMs / MS_PER_SECOND);
}
