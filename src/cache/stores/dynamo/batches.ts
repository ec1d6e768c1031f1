import { backoffMs, pauseFor } from '../../../waiting/backoff.js';
import { CacheError } from '../../base/errors.js';

/**
 * Limits of one batch: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
 * 16 MB is what DynamoDB takes and gives at once. Ours have less, so that each is answered well within the time limit
 * that callers set for one.
 */
export const MAX_KEYS_READ = 100;
export const MAX_ITEMS_WRITTEN = 25;
export const MAX_BATCH_BYTES = 1_024 * 1_024;

const IN_PARALLEL = 4;
/** The longest is under the time limit that the tiers set for one answer (150 ms). */
const PAUSES = { baseMs: 10, longestMs: 100 } as const;
/** Rounds in a row in which not one item of a batch was processed. */
const ROUNDS_IN_VAIN = 8;

/** What a retry waits with; tests hold it still. */
export interface BatchPauses {
  /** From 0 to below 1. */
  random(): number;
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemPauses: BatchPauses = {
  random: Math.random,
  pause: pauseFor,
};

/** Splits `items` in their order. An item over `maxBytes` is a batch of its own. */
export function batchesOf<T>(
  items: readonly T[],
  maxCount: number,
  maxBytes: number,
  bytesOf: (item: T) => number,
): readonly (readonly T[])[] {
  const batches: T[][] = [];
  let bytes = 0;
  for (const item of items) {
    const size = bytesOf(item);
    const last = batches.at(-1);
    if (last === undefined || last.length === maxCount || bytes + size > maxBytes) {
      batches.push([item]);
      bytes = size;
    } else {
      last.push(item);
      bytes += size;
    }
  }
  return batches;
}

/**
 * Sends all batches, and what DynamoDB left unprocessed again after a pause. After the first failure nothing
 * more is sent; it is thrown once nothing is in flight any more.
 * @param send resolves to what was left unprocessed
 * @throws {CacheError} `CACHE_STORE_FAULT` when a batch makes no progress
 */
export async function sendBatches<T>(
  batches: readonly (readonly T[])[],
  send: (batch: readonly T[]) => Promise<readonly T[]>,
  signal: AbortSignal,
  backoff: BatchPauses,
): Promise<void> {
  const rest = batches.values();
  const failures: unknown[] = [];
  const work = async (): Promise<void> => {
    for (const batch of rest) {
      if (failures.length > 0) return;
      await sendBatch(batch, send, signal, backoff).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(IN_PARALLEL, batches.length) }, work));
  if (failures.length > 0) throw failures[0];
}

async function sendBatch<T>(
  batch: readonly T[],
  send: (batch: readonly T[]) => Promise<readonly T[]>,
  signal: AbortSignal,
  backoff: BatchPauses,
): Promise<void> {
  let left = batch;
  for (let inVain = 0; inVain < ROUNDS_IN_VAIN;) {
    const unprocessed = await send(left);
    if (unprocessed.length === 0) return;
    inVain = unprocessed.length < left.length ? 0 : inVain + 1;
    left = unprocessed;
    await backoff.pause(backoffMs(inVain, { ...PAUSES, random: () => backoff.random() }), signal);
  }
  throw new CacheError('CACHE_STORE_FAULT', 'DynamoDB leaves items of a batch unprocessed.');
}
