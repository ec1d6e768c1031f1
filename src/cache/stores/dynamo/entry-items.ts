import { createHash } from 'node:crypto';
import { isUint8Array } from 'node:util/types';
import type { ReadResult, StoredEntry } from '../contract/cache-store.js';
import type { EntryKey } from '../../keys/entry-key.js';
import { isTime } from '../contract/entry-checks.js';
import { ATTRIBUTE, chunkKey, headKey, ttlSeconds, type Item, type RowKey } from './item-layout.js';

/** Payload of one row. An item may have 400 KB with all its names, keys and numbers. */
export const CHUNK_BYTES = 350 * 1_024;
/** Keeps one entry within what a process can hold several of. */
export const MAX_ENTRY_BYTES = 32 * 1_024 * 1_024;
const MAX_CHUNKS = Math.ceil(MAX_ENTRY_BYTES / CHUNK_BYTES);
const CHECKSUM_BYTES = 16;
const GENERATION = /^[A-Za-z0-9_-]{8,32}$/;

/** The rows of one entry. `chunks` are written first: a head that is there names chunks that are there. */
export interface EntryItems {
  readonly head: Item;
  readonly chunks: readonly Item[];
}

/** A head as it was read, its attributes checked one by one, its payload not yet. */
export interface EntryHead {
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly first: Buffer;
  readonly checksum: Uint8Array;
  /** Of the chunks that are not in the head, in order. */
  readonly chunkKeys: readonly RowKey[];
}

/** @param generation names the chunks of this write; two writers of one key must not share it */
export function toItems(key: EntryKey, entry: StoredEntry, generation: string): EntryItems {
  const pieces = split(entry.bytes);
  const ttl = ttlSeconds(entry.expiresAtMs);
  const head: Item = {
    ...headKey(key),
    [ATTRIBUTE.bytes]: pieces[0],
    [ATTRIBUTE.chunks]: pieces.length,
    [ATTRIBUTE.createdAt]: entry.createdAtMs,
    [ATTRIBUTE.expiresAt]: entry.expiresAtMs,
    [ATTRIBUTE.checksum]: checksumOf(key, entry, pieces),
    [ATTRIBUTE.ttl]: ttl,
  };
  if (pieces.length === 1) return { head, chunks: [] };
  const chunks = pieces.slice(1).map((piece, i) => ({
    ...chunkKey(key, i + 1, generation),
    [ATTRIBUTE.bytes]: piece,
    [ATTRIBUTE.ttl]: ttl,
  }));
  return { head: { ...head, [ATTRIBUTE.generation]: generation }, chunks };
}

/** Undefined: this is no head as {@link toItems} makes it. */
export function readHead(key: EntryKey, item: Item): EntryHead | undefined {
  const count = item[ATTRIBUTE.chunks];
  const generation = item[ATTRIBUTE.generation];
  const createdAtMs = item[ATTRIBUTE.createdAt];
  const expiresAtMs = item[ATTRIBUTE.expiresAt];
  const checksum = item[ATTRIBUTE.checksum];
  const first = bytesOf(item);
  if (!isTime(createdAtMs) || !isTime(expiresAtMs) || first === undefined) return undefined;
  if (!isUint8Array(checksum) || checksum.length !== CHECKSUM_BYTES || !isChunkCount(count)) return undefined;
  const head = { createdAtMs, expiresAtMs, first, checksum };
  if (count === 1) return { ...head, chunkKeys: [] };
  if (typeof generation !== 'string' || !GENERATION.test(generation)) return undefined;
  const chunkKeys = Array.from({ length: count - 1 }, (_, i) => chunkKey(key, i + 1, generation));
  return { ...head, chunkKeys };
}

/** The entry of `head`. @param chunks the rows of its `chunkKeys`, in their order; undefined where there is none */
export function assemble(key: EntryKey, head: EntryHead, chunks: readonly (Item | undefined)[]): ReadResult {
  const pieces = [head.first];
  for (const chunk of chunks) {
    if (chunk === undefined) return { entry: undefined, defect: 'chunk-missing' };
    const piece = bytesOf(chunk);
    if (piece === undefined) return { entry: undefined, defect: 'malformed' };
    pieces.push(piece);
  }
  if (!checksumOf(key, head, pieces).equals(head.checksum)) return { entry: undefined, defect: 'checksum' };
  const bytes = chunks.length === 0 ? head.first : Buffer.concat(pieces);
  return { entry: { bytes, createdAtMs: head.createdAtMs, expiresAtMs: head.expiresAtMs } };
}

/** At least one piece, which may be empty. */
function split(bytes: Buffer): readonly Buffer[] {
  const pieces = [bytes.subarray(0, CHUNK_BYTES)];
  for (let from = CHUNK_BYTES; from < bytes.length; from += CHUNK_BYTES) {
    pieces.push(bytes.subarray(from, from + CHUNK_BYTES));
  }
  return pieces;
}

/**
 * SHA-256, cut: a damaged row must not pass, and it costs a hundredth of the request. Key and times are part of it, so
 * that a row that was copied to another key, or whose expiry was damaged, does not pass either.
 */
function checksumOf(
  { partition, versions }: EntryKey,
  { createdAtMs, expiresAtMs }: { readonly createdAtMs: number; readonly expiresAtMs: number },
  pieces: readonly Buffer[],
): Buffer {
  const hash = createHash('sha256');
  hash.update(`${JSON.stringify([partition, versions, createdAtMs, expiresAtMs])}\n`);
  for (const piece of pieces) hash.update(piece);
  return hash.digest().subarray(0, CHECKSUM_BYTES);
}

function bytesOf(item: Item): Buffer | undefined {
  const bytes = item[ATTRIBUTE.bytes];
  if (!isUint8Array(bytes)) return undefined;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function isChunkCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_CHUNKS;
}
