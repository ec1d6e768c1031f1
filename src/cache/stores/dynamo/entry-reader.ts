import type { ReadResult } from '../contract/cache-store.js';
import type { EntryKey } from '../../keys/entry-key.js';
import { assemble, CHUNK_BYTES, readHead, type EntryHead } from './entry-items.js';
import { headKey, rowId, type Item, type RowKey } from './item-layout.js';
import type { Rows } from './rows.js';

interface ReadOptions {
  readonly consistent: boolean;
  /** Wall clock, ms since the epoch. */
  readonly nowMs: number;
}

/** For cutting batches only: most entries are compressed records of 3 to 5 KB. */
const USUAL_HEAD_BYTES = 6 * 1_024;
const ABSENT: ReadResult = { entry: undefined };

/** One result for each key, in order: the heads first, then the further chunks of those that have some. */
export async function readEntries(
  rows: Rows,
  keys: readonly EntryKey[],
  { consistent, nowMs }: ReadOptions,
): Promise<readonly ReadResult[]> {
  const wanted = new Map(keys.map((key) => [rowId(headKey(key)), key]));
  const items = await rows.fetch([...wanted.values()].map(headKey), {
    consistent,
    rowBytes: USUAL_HEAD_BYTES,
  });
  const heads = new Map([...wanted].map(([id, key]) => [id, check(key, items.get(id), nowMs)]));
  const chunks = await fetchChunks(rows, [...heads.values()].flatMap(chunkKeysOf), consistent);
  const results = new Map(
    [...wanted].map(([id, key]) => {
      const head = heads.get(id);
      if (head === undefined || !isHead(head)) return [id, head ?? ABSENT];
      return [
        id,
        assemble(
          key,
          head,
          head.chunkKeys.map((chunk) => chunks.get(rowId(chunk))),
        ),
      ];
    }),
  );
  return keys.map((key) => results.get(rowId(headKey(key))) ?? ABSENT);
}

/** The head to go on with, or the result if there is nothing to go on with. */
function check(key: EntryKey, item: Item | undefined, nowMs: number): EntryHead | ReadResult {
  if (item === undefined) return ABSENT;
  const head = readHead(key, item);
  if (head === undefined) return { entry: undefined, defect: 'malformed' };
  return head.expiresAtMs > nowMs ? head : { entry: undefined, defect: 'expired' };
}

/**
 * Chunks are written before their head, but a read that is not consistent may be answered by a server that has the head
 * already and the chunks not yet: what is missing is asked for once more, consistently.
 */
async function fetchChunks(
  rows: Rows,
  keys: readonly RowKey[],
  consistent: boolean,
): Promise<ReadonlyMap<string, Item>> {
  const found = await rows.fetch(keys, { consistent, rowBytes: CHUNK_BYTES });
  const missing = keys.filter((key) => !found.has(rowId(key)));
  if (consistent || missing.length === 0) return found;
  return new Map([...found, ...(await rows.fetch(missing, { consistent: true, rowBytes: CHUNK_BYTES }))]);
}

function chunkKeysOf(head: EntryHead | ReadResult): readonly RowKey[] {
  return isHead(head) ? head.chunkKeys : [];
}

function isHead(head: EntryHead | ReadResult): head is EntryHead {
  return 'chunkKeys' in head;
}
